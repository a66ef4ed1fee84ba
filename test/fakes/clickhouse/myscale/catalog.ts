import { type MyScaleKind, metricSettings } from './settings.ts';
import type { IndexState, VectorIndexes } from './vector-indexes.ts';

const versions = { 'myscale-v1': '23.3.2.1', 'myscale-v2': '24.8.8.17', 'myscaledb-v2': '24.8.8.17' } as const;

// https://github.com/myscale/MyScaleDB/blob/main/src/TableFunctions/registerTableFunctions.cpp
const ofTextSearch = ['ftsIndex', 'full_text_search'];
const tableFunctions = {
  'myscale-v1': ['ftsIndex'],
  'myscale-v2': ofTextSearch,
  'myscaledb-v2': ofTextSearch,
} as const;

// https://github.com/myscale/MyScaleDB/blob/main/src/Storages/System/StorageSystemVectorIndices.cpp
const columns =
  'database String, table String, name String, type String, expr String, total_parts Int64, parts_with_vector_index Int64, small_parts Int64, status String, host_name String, latest_failed_part String, latest_fail_reason String';

/** The system tables and functions in which MyScale differs from the engine behind, put in their place. */
export async function withCatalog(query: string, kind: MyScaleKind, indexes: VectorIndexes): Promise<string> {
  const replaced = query
    .replaceAll('version()', `'${versions[kind]}'`)
    .replaceAll(
      'FROM system.tables',
      "FROM (SELECT database, name, engine, comment FROM system.tables UNION ALL SELECT 'system', 'vector_indices', 'SystemVectorIndices', '')",
    )
    .replaceAll(
      'FROM system.merge_tree_settings',
      `FROM (SELECT name FROM system.merge_tree_settings UNION ALL SELECT '${metricSettings[kind]}')`,
    )
    .replaceAll(
      'FROM system.table_functions',
      `FROM (SELECT name FROM system.table_functions UNION ALL SELECT arrayJoin([${tableFunctions[kind].map(quoted).join(', ')}]) AS name)`,
    );
  if (!replaced.includes('FROM system.vector_indices')) return replaced;
  const rows = (await indexes.states()).map(rowOf);
  const nobody = `SELECT * FROM values('${columns}', ('', '', '', '', '', 0, 0, 0, '', '', '', '')) WHERE 0`;
  const table = rows.length === 0 ? nobody : `SELECT * FROM values('${columns}', ${rows.join(', ')})`;
  return replaced.replaceAll('FROM system.vector_indices', () => `FROM (${table})`);
}

function rowOf({ table, name, type, column, parameters, total, built, status, failure }: IndexState): string {
  const expression = `${name} ${column} TYPE ${type}(${parameters.map((pair) => `'${pair}'`).join(', ')})`;
  const failedPart = failure ? 'all_1_1_0' : '';
  const texts = ['default', table, name, type, expression];
  return `(${texts.map(quoted).join(', ')}, ${total}, ${built}, 0, ${[status, 'localhost:9000', failedPart, failure].map(quoted).join(', ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
