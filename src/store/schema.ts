import { type Dialect, settingsClause } from './dialects/dialect.ts';
import { literal } from './literal.ts';

/** The vector column of each table of the corpus. */
export const vectorColumns = { prompts: 'prompt_vector', prompt_images: 'image_vector' } as const;

export type CorpusTable = keyof typeof vectorColumns;

export const corpusTableNames: readonly CorpusTable[] = ['prompts', 'prompt_images'];

/** The tables that hold vectors; `generations` first, since its exchange decides a move to another model (src/store/move.ts). */
export const vectorTables = ['generations', ...corpusTableNames] as const;

export type VectorTable = 'generations' | CorpusTable;

/** The table of another model beside each of them, while the database is moved. */
export type NextTable<Name extends VectorTable = VectorTable> = `${Name}_next`;

/** A table that can have a vector index. */
export type IndexedTable = CorpusTable | NextTable<CorpusTable>;

export function vectorColumnOf(table: IndexedTable): string {
  return table.startsWith('prompts') ? vectorColumns.prompts : vectorColumns.prompt_images;
}

/** How tables lie: on one server, or on the shards and replicas of a cluster (src/store/cluster.ts). */
export interface Layout {
  /** A table as CREATE and ALTER name it. */
  table(name: string): string;
  engine(name: string, engine: 'MergeTree' | 'ReplacingMergeTree'): string;
}

export interface SchemaTarget {
  dialect: Dialect;
  dimensions: number;
  layout: Layout;
  /** What makes the vectors; undefined on a cluster, whose schema is printed before anybody knows. */
  model?: string | undefined;
}

export const oneServer: Layout = { table: (name) => name, engine: (_, engine) => engine };

// Acknowledged means on disk: without these a power cut could take rows that the engine has confirmed.
const durable = { fsync_after_insert: 1, fsync_part_directory: 1 };

/** The corpus, imported and never deleted from: deletes break the vector index's top rows (ClickHouse issue 117286). */
export function corpusTables({ dialect, dimensions, layout }: SchemaTarget): string[] {
  const vector = (column: string) => `
    ${dialect.vectorColumns(column)},
    CONSTRAINT vec_len CHECK length(${column}) = ${dimensions}`;
  const settings = settingsClause({ ...durable, ...dialect.indexedTable });
  return [
    `CREATE TABLE IF NOT EXISTS ${layout.table('prompts')} (
    id String,
    prompt String,
    url String,
    width UInt32,
    height UInt32,
    source_site String,${vector('prompt_vector')}
  ) ENGINE = ${layout.engine('prompts', 'MergeTree')} ORDER BY id ${settings}`,
    `CREATE TABLE IF NOT EXISTS ${layout.table('prompt_images')} (
    id String,
    prompt String,
    url String,${vector('image_vector')}
  ) ENGINE = ${layout.engine('prompt_images', 'MergeTree')} ORDER BY id ${settings}`,
  ];
}

/** Pictures that people sent, kept under a key, with the job they came with. */
export function uploadTable({ layout }: SchemaTarget): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${layout.table('uploads')} (
    scope String,
    job String,
    user String,
    key String
  ) ENGINE = ${layout.engine('uploads', 'ReplacingMergeTree')} ORDER BY (scope, job, key) ${settingsClause(durable)}`,
  ];
}

/** The indexes of the corpus, apart from its tables: a bulk load drops them and builds them again. */
export function vectorIndexes({ dialect, dimensions, layout }: SchemaTarget): string[] {
  return corpusTableNames.map((table) => dialect.addVectorIndex(layout.table(table), vectorColumns[table], dimensions));
}

/** The engine keeps the last blocks in mind and drops one that it has: an insert can be repeated, also by a second importer of the same file. */
export function repeatableInserts({ layout }: SchemaTarget): string[] {
  return corpusTableNames.map(
    (table) => `ALTER TABLE ${layout.table(table)} MODIFY SETTING non_replicated_deduplication_window = 1000`,
  );
}

/**
 * What made each row's vectors: searches compare it with their own model, and the engine refuses rows of another,
 * so that a program that runs while the database is moved to another model can't mix the two.
 */
export function modelMarks({ layout, model }: SchemaTarget): string[] {
  const column = (value: string) => `ADD COLUMN IF NOT EXISTS vector_model LowCardinality(String)${value}`;
  return vectorTables.flatMap((name) => {
    const table = `ALTER TABLE ${layout.table(name)}`;
    if (model === undefined) return `${table} ${column('')}`;
    const made = literal(model);
    return [
      `${table} ${column(` DEFAULT ${made}`)}`,
      `${table} ADD CONSTRAINT IF NOT EXISTS one_model CHECK vector_model = ${made}`,
    ];
  });
}

/** What people do. A row sent twice is one row: readers take one per id, merges drop the rest. */
export function logTables({ dimensions, layout }: SchemaTarget): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${layout.table('generations')} (
    id String,
    parent String,
    root String,
    scope String,
    user String,
    asked String,
    prompt String,
    negative_prompt String,
    style String,
    neighbours Array(Tuple(id String, source String, similarity Float64)),
    changes Array(Tuple(kind String, text String, reason String, neighbour_id String)),
    refiner String,
    generator String,
    model String,
    seed UInt32,
    width UInt32,
    height UInt32,
    images Array(Tuple(key String, width UInt32, height UInt32, seed UInt32)),
    prompt_vector Array(Float32),
    image_vectors Array(Array(Float32)),
    created_at DateTime64(3, 'UTC'),
    CONSTRAINT vec_len CHECK length(prompt_vector) = ${dimensions} AND arrayAll(image -> length(image) = ${dimensions}, image_vectors)
  ) ENGINE = ${layout.engine('generations', 'ReplacingMergeTree')} ORDER BY (scope, id) ${settingsClause(durable)}`,
    `CREATE TABLE IF NOT EXISTS ${layout.table('posts')} (
    adapter String,
    thread String,
    message String,
    generation String,
    scope String,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ${layout.engine('posts', 'ReplacingMergeTree')} ORDER BY (adapter, thread, message) ${settingsClause(durable)}`,
    `CREATE TABLE IF NOT EXISTS ${layout.table('reactions')} (
    generation String,
    id String,
    scope String,
    user String,
    kind String,
    delta Int8,
    created_at DateTime64(3, 'UTC')
  ) ENGINE = ${layout.engine('reactions', 'ReplacingMergeTree')} ORDER BY (generation, id) ${settingsClause(durable)}`,
  ];
}
