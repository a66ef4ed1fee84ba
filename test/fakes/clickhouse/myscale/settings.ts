import { serverError } from '../exceptions.ts';

// Of the many that ClickHouse 23.3 and 24.8 know, those that the store may send; what came later is refused as MyScale refuses it.
const ofQueries = new Set([
  'async_insert',
  'distributed_product_mode',
  'enable_brute_force_vector_search',
  'http_headers_progress_interval_ms',
  'insert_deduplicate',
  'insert_distributed_sync',
  'max_execution_time',
  'max_threads',
  'mutations_sync',
  'optimize_skip_merged_partitions',
  'output_format_parquet_row_group_size',
  'send_progress_in_http_headers',
  'wait_for_async_insert',
]);

const ofTables = new Set([
  'fsync_after_insert',
  'fsync_part_directory',
  'index_granularity',
  'min_bytes_to_build_vector_index',
  'non_replicated_deduplication_window',
]);

// Renamed within version 1: tests/queries/2_vector_search/00014_mqvs_distance_cosine_bruteforce.sql has both names in its history.
export const metricSettings = {
  'myscale-v1': 'vector_search_metric_type',
  'myscale-v2': 'float_vector_search_metric_type',
  'myscaledb-v2': 'float_vector_search_metric_type',
} as const;

export type MyScaleKind = keyof typeof metricSettings;

/** The settings inside a statement, by name. */
export function settingsIn(statement: string): Map<string, string> {
  const clause = /\b(?:MODIFY SETTING|SETTINGS)\s+([\s\S]*)$/.exec(statement)?.[1] ?? '';
  return new Map(
    [...clause.matchAll(/(\w+)\s*=\s*('[^']*'|[\w.]+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll("'", ''),
    ]),
  );
}

/** Answers as the engine does to what it does not know: https://github.com/myscale/MyScaleDB/blob/main/src/Core/Settings.h */
export function refuseUnknown(names: Iterable<string>, statement: string, kind: MyScaleKind): void {
  const isOfTable = /^\s*(CREATE TABLE|ALTER TABLE \S+ MODIFY SETTING)/.test(statement);
  const known = isOfTable ? new Set([...ofTables, metricSettings[kind]]) : ofQueries;
  for (const name of names) if (!known.has(name)) throw serverError(115, `Unknown setting '${name}'`);
}

/** The statement without the settings that the engine behind does not know. */
export function withoutOwnSettings(statement: string): string {
  const own =
    /\b(enable_brute_force_vector_search|(?:float_)?vector_search_metric_type|min_bytes_to_build_vector_index)\s*=\s*(?:'[^']*'|\w+)/;
  let rest = statement;
  for (let found = own.exec(rest); found; found = own.exec(rest)) {
    const before = rest.slice(0, found.index).replace(/,\s*$/, '');
    const after = rest.slice(found.index + found[0].length);
    rest = before.endsWith('SETTINGS ') ? before + after.replace(/^\s*,\s*/, '') : before + after;
  }
  return rest.replace(/\bSETTINGS\s*(?=FORMAT\b|$)/, '');
}
