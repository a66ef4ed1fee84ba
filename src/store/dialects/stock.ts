import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { type Dialect, readSettings, vectorIndexName } from './dialect.ts';
import { indexedWords } from './words.ts';

/**
 * The SQL that ClickHouse 25.8 and later and chDB share.
 * Index: https://clickhouse.com/docs/engines/table-engines/mergetree-family/annindexes
 */
export const stockSql: Omit<Dialect, 'name'> = {
  // Vectors come in compact form through a column that is not stored.
  vectorColumns: (column) => `vector String EPHEMERAL,
    ${column} Array(Float32) DEFAULT ${decoded('vector')} CODEC(NONE)`,
  vectorCells: (_, vector) => ({ vector: encode(vector) }),
  // The index points at single rows: every candidate costs the reading of its granule (rows) and of the compressed blocks (bytes) it lies in.
  // A table keeps those it was made with; larger ones answer alike, slower.
  indexedTable: { index_granularity: 8, min_compress_block_size: 1_024 },
  // The arguments are method, distance, dimensions, quantisation, edges a node (M), candidates while building (efConstruction).
  addVectorIndex: (table, column, dimensions) =>
    `ALTER TABLE ${table} ADD INDEX IF NOT EXISTS ${vectorIndexName(column)} ${column} TYPE vector_similarity('hnsw', 'cosineDistance', ${dimensions}, 'bf16', 32, 128)`,
  buildVectorIndex: (table, column) =>
    `ALTER TABLE ${table} MATERIALIZE INDEX ${vectorIndexName(column)} SETTINGS mutations_sync = 0`,
  dropVectorIndex: (table, column) => `ALTER TABLE ${table} DROP INDEX IF EXISTS ${vectorIndexName(column)}`,
  vectorIndexState: (table, column) =>
    `SELECT count() = 0 AS built, if(built, 1, greatest(0, 1 - (sum(parts_to_do) - parts_under_way) / parts)) AS progress, max(latest_fail_reason) AS failure,
  (SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = '${table}') AS parts,
  (SELECT sum(progress) FROM system.merges WHERE is_mutation AND database = currentDatabase() AND table = '${table}') AS parts_under_way
FROM system.mutations
WHERE NOT is_done AND database = currentDatabase() AND table = '${table}' AND command LIKE '%MATERIALIZE INDEX ${vectorIndexName(column)}%'`,
  encodeVector: encode,
  distance: (column) => `cosineDistance(${column}, ${decoded('{vector:String}')})`,
  exactDistance: (expression) => stockSql.distance(expression),
  ...indexedWords,
  inlined: [],
  readSettings: {
    ...readSettings,
    // A vector query can poison this cache for later counts (ClickHouse PR 112086).
    use_query_condition_cache: 0,
    // Answers are small: threads that format them take longer to start than to work.
    output_format_parallel_formatting: 0,
  },
  searchSettings: (rows, limit) => ({
    // Twice as many as are asked for find the last of a hundred too: recall@100 is 0.9995 in place of 0.994 among 10,000 rows, at no cost that shows.
    hnsw_candidate_list_size_for_search: Math.max(searchEffort(rows), 2 * limit),
    // The index holds bf16: exact distances of its candidates restore the order among near ties, and recall with it.
    vector_search_with_rescoring: 1,
    // Reading the texts in a second step saves nothing here, where the index has chosen the rows, and costs a third of the query.
    query_plan_optimize_lazy_materialization: 0,
  }),
};

/**
 * How many candidates (ef) a walk of the index keeps: 64 up to 10,000 rows, 161 at 100,000, 388 at 900,000. It finds 99 of 100 nearest there
 * (docs/benchmarks.md). Measured with those vectors, 32, 48 and 384 are the least that do; 384 for all would cost a search of 10,000 rows 2 ms of 9.
 */
export function searchEffort(rows: number): number {
  return Math.ceil(64 * Math.max(1, rows / 10_000) ** 0.4);
}

// Base64 of the little-endian floats is exact, a quarter of the decimal text, and keeps a query's address short.
function encode(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

function decoded(expression: string): string {
  return `reinterpret(base64Decode(${expression}), 'Array(Float32)')`;
}

const versionRows = z.tuple([z.object({ version: z.string() })]);

export async function serverVersion(client: ClickHouseClient): Promise<string> {
  const result = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' });
  const [{ version }] = versionRows.parse(await result.json());
  return version;
}
