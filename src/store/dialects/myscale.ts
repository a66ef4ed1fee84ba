import type { VectorIndexChoice } from '../../vector-index-setting.ts';
import { type Dialect, readSettings, vectorIndexName } from './dialect.ts';
import type { WordSearch } from './words.ts';

/** The table setting that names the metric of rows outside the index, the newest name first: it changed within version 1. */
export const metricSettings = ['float_vector_search_metric_type', 'vector_search_metric_type'] as const;

/**
 * The SQL of MyScale, version 1 (ClickHouse 23.3) and 2 (24.8), as its sources and tests have it (https://github.com/myscale/MyScaleDB):
 * `distance()` needs ORDER BY ascending for cosine and a LIMIT, or it answers error 62.
 * `metricSetting` is that one of `metricSettings` which the server knows, `words` how it finds them: `rankedWords`, or before 1.7 `scannedWords`.
 */
export function myscaleSql(
  { type, build, search }: VectorIndexChoice,
  { metricSetting, words }: { metricSetting: string; words: WordSearch },
): Dialect {
  const typeParameters = ['metric_type=Cosine', ...pairs(build)].map((pair) => `'${pair}'`).join(', ');
  const searchParameters = pairs(search)
    .map((pair) => `'${pair}'`)
    .join(', ');
  return {
    name: 'myscale',
    vectorColumns: (column) => `${column} Array(Float32) CODEC(NONE)`,
    vectorCells: (column, vector) => ({ [column]: Array.from(vector) }),
    // Small granules: a candidate costs the reading of all rows of its granule.
    indexedTable: { index_granularity: 32, [metricSetting]: 'Cosine' },
    addVectorIndex: (table, column) =>
      `ALTER TABLE ${table} ADD VECTOR INDEX IF NOT EXISTS ${vectorIndexName(column)} ${column} TYPE ${type}(${typeParameters})`,
    // Every part that comes to be is indexed in the background, whenever the index was added.
    buildVectorIndex: () => undefined,
    dropVectorIndex: (table, column) => `ALTER TABLE ${table} DROP VECTOR INDEX IF EXISTS ${vectorIndexName(column)}`,
    vectorIndexState: (table, column) =>
      `SELECT toUInt8(status = 'Built') AS built, (parts_with_vector_index + small_parts) / greatest(total_parts, 1) AS progress,
  if(status = 'Error', latest_fail_reason, '') AS failure
FROM system.vector_indices
WHERE database = currentDatabase() AND table = '${table}' AND name = '${vectorIndexName(column)}'`,
    encodeVector: (vector) => Array.from(vector),
    distance: (column) => `distance(${searchParameters})(${column}, {vector:Array(Float32)})`,
    exactDistance: (expression) => `cosineDistance(${expression}, {vector:Array(Float32)})`,
    ...words,
    inlined: [],
    readSettings,
    // Without it, parts whose index is not built yet give no rows and no error. Other engines refuse the name (error 115).
    searchSettings: () => ({ enable_brute_force_vector_search: 1 }),
  };
}

function pairs(parameters: Readonly<Record<string, number>>): string[] {
  return Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
}
