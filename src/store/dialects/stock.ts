import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Dialect } from './dialect.ts';
import { indexedWords } from './words.ts';

/**
 * The SQL that ClickHouse 25.8 and later and chDB share.
 * Index: https://clickhouse.com/docs/engines/table-engines/mergetree-family/annindexes
 */
export const stockSql: Omit<Dialect, 'name'> = {
  // The arguments are method, distance, dimensions, quantisation, edges a node (M), candidates while building (efConstruction).
  vectorIndex: (column, dimensions) =>
    `INDEX ${column}_index ${column} TYPE vector_similarity('hnsw', 'cosineDistance', ${dimensions}, 'bf16', 32, 128)`,
  // Base64 of the little-endian floats is exact, a quarter of the decimal text, and keeps a query's address short.
  vectorType: 'String',
  decodeVector: (expression) => `reinterpret(base64Decode(${expression}), 'Array(Float32)')`,
  encodeVector: (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64'),
  distance: (column) => `cosineDistance(${column}, ${stockSql.decodeVector('{vector:String}')})`,
  ...indexedWords,
  inlined: [],
  readSettings: {
    // A vector query can poison this cache for later counts (ClickHouse PR 112086).
    use_query_condition_cache: 0,
    // Seconds. The engine itself must stop: chDB ignores the client's timeout and runs on after an abort.
    max_execution_time: 30,
  },
  searchSettings: {
    hnsw_candidate_list_size_for_search: 256,
    // The index holds bf16: exact distances of its candidates restore the order among near ties, and recall with it.
    vector_search_with_rescoring: 1,
  },
};

const versionRows = z.tuple([z.object({ version: z.string() })]);

export async function serverVersion(client: ClickHouseClient): Promise<string> {
  const result = await client.query({ query: 'SELECT version() AS version', format: 'JSONEachRow' });
  const [{ version }] = versionRows.parse(await result.json());
  return version;
}
