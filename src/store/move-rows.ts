import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import type { Connection, Parameters } from './connection.ts';
import { type CorpusTable, type VectorTable, vectorColumns } from './schema.ts';
import type { VectorModel } from './vectors.ts';

/** A row without its vectors, in all its other columns as the engine has them. */
export const sourceRow = z.looseObject({
  id: z.string(),
  prompt: z.string(),
  /** Of the corpus: a web address, an image key or ''. */
  url: z.string().default(''),
  /** Of generations alone. */
  scope: z.string().default(''),
  images: z.array(z.object({ key: z.string() })).default([]),
});

export type SourceRow = z.infer<typeof sourceRow>;

/** A row with what the new model makes of it. */
export type Embedded =
  | { row: SourceRow; vector: Float32Array }
  | { row: SourceRow; prompt: Float32Array; images: readonly Float32Array[] };

const vectorsOf: Readonly<Record<VectorTable, string>> = {
  generations: 'prompt_vector, image_vectors',
  ...vectorColumns,
};

const keysOf: Readonly<Record<VectorTable, readonly ('scope' | 'id')[]>> = {
  generations: ['scope', 'id'],
  prompts: ['id'],
  prompt_images: ['id'],
};

/** From which table to which, as statements name them. */
export interface Way {
  table: VectorTable;
  source: string;
  target: string;
}

/** Rows by their key, page by page: those behind the last one of the target, or all that the target lacks. */
export async function* pagesOf(
  { read }: Connection,
  { table, source, target }: Way,
  { rows, missing, signal }: CallOptions & { rows: number; missing: boolean },
): AsyncGenerator<SourceRow[]> {
  const keys = keysOf[table];
  const key = `(${keys.join(', ')})`;
  const bound = `(${keys.map((name) => `{${name}:String}`).join(', ')})`;
  const lacking = missing ? ` AND ${key} NOT IN (SELECT ${keys.join(', ')} FROM ${target})` : '';
  const query = `SELECT * EXCEPT (vector_model, ${vectorsOf[table]}) FROM ${source}
WHERE ${key} > ${bound}${lacking} ORDER BY ${keys.join(', ')} LIMIT ${rows}`;
  let after: Parameters = missing ? noKey : await lastKey({ read }, table, target);
  for (;;) {
    const page: SourceRow[] = await read(query, { row: sourceRow, parameters: after, signal });
    const last = page.at(-1);
    if (!last) return;
    yield firstOfEachKey(page);
    after = { scope: last.scope, id: last.id };
  }
}

const noKey = { scope: '', id: '' };

async function lastKey({ read }: Pick<Connection, 'read'>, table: VectorTable, target: string): Promise<Parameters> {
  const keys = keysOf[table];
  const query = `SELECT ${keys.join(', ')} FROM ${target} ORDER BY ${keys.map((key) => `${key} DESC`).join(', ')} LIMIT 1`;
  const row = z.object({ scope: z.string().default(''), id: z.string() });
  return (await read(query, { row }))[0] ?? noKey;
}

/** A row that was sent twice lies there twice. */
function firstOfEachKey(page: readonly SourceRow[]): SourceRow[] {
  return page.filter(({ scope, id }, index) => id !== page[index - 1]?.id || scope !== page[index - 1]?.scope);
}

/** Stores them as one block. A generation that was deleted at its source meanwhile is deleted again. */
export async function keepRows(
  connection: Connection,
  { table, source, target }: Way,
  { name }: VectorModel,
  rows: readonly Embedded[],
): Promise<void> {
  const cells = (embedded: Embedded) =>
    'vector' in embedded
      ? connection.dialect.vectorCells(vectorColumns[table as CorpusTable], embedded.vector)
      : {
          prompt_vector: Array.from(embedded.prompt),
          image_vectors: embedded.images.map((vector) => Array.from(vector)),
        };
  const columns = columnsOf[table];
  const stored = rows.map((embedded) => ({ ...columns(embedded.row), vector_model: name, ...cells(embedded) }));
  await connection.insert(target, stored, 'bulk');
  if (table !== 'generations') return;
  const ids = rows.map(({ row }) => row.id);
  const query = `SELECT scope, id FROM ${source} WHERE id IN {ids:Array(String)}`;
  const left = await connection.read(query, {
    row: z.object({ scope: z.string(), id: z.string() }),
    parameters: { ids },
  });
  for (const { row } of rows) {
    if (left.some(({ scope, id }) => scope === row.scope && id === row.id)) continue;
    await connection.command(
      `ALTER TABLE ${target} DELETE WHERE scope = {scope:String} AND id = {id:String} ${atOnce}`,
      {
        scope: row.scope,
        id: row.id,
      },
    );
  }
}

const atOnce = 'SETTINGS mutations_sync = 2';

/** The columns that `sourceRow` gives every row are the table's own only where it has them. */
const columnsOf: Readonly<Record<VectorTable, (row: SourceRow) => Record<string, unknown>>> = {
  generations: ({ url: _, ...row }) => row,
  prompts: ({ scope: _, images: __, ...row }) => row,
  prompt_images: ({ scope: _, images: __, ...row }) => row,
};

/** Deletes generations that were deleted at their source while nobody copied, as by a move that died. */
export async function dropDeleted({ command }: Connection, { source, target }: Way): Promise<void> {
  await command(`ALTER TABLE ${target} DELETE WHERE (scope, id) NOT IN (SELECT scope, id FROM ${source}) ${atOnce}`);
}
