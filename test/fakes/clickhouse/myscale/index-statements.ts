import { serverError } from '../exceptions.ts';
import type { MyScaleKind } from './settings.ts';
import type { VectorIndexes } from './vector-indexes.ts';

/** What a table says about its vectors. */
export interface TableFacts {
  /** The columns with CHECK length(column) = N. */
  checked: ReadonlySet<string>;
  metric: string;
}

// https://github.com/myscale/MyScaleDB/blob/main/src/Parsers/ParserAlterQuery.cpp
const add =
  /^\s*ALTER TABLE (\w+)(?: ON CLUSTER \S+)? ADD VECTOR INDEX (IF NOT EXISTS )?(\w+) (\w+) TYPE (\w+)(?:\((.*)\))?\s*$/i;
const drop = /^\s*ALTER TABLE (\w+)(?: ON CLUSTER \S+)? DROP VECTOR INDEX (IF EXISTS )?(\w+)\s*$/i;
const wait = /^\s*SYSTEM WAIT BUILDING VECTOR INDICES (\w+)\s*$/i;

// Parameters of both building and searching: contrib/search-index/SearchIndex/SearchIndexCommon.h.
const parameters: Readonly<Record<string, readonly string[]>> = {
  MSTG: ['metric_type', 'alpha'],
  SCANN: ['metric_type', 'alpha'],
  FLAT: ['metric_type'],
  HNSWFLAT: ['metric_type', 'm', 'ef_c', 'ef_s'],
};

/** Runs a statement about vector indexes; false when it is none. */
export async function runIndexStatement(
  statement: string,
  kind: MyScaleKind,
  indexes: VectorIndexes,
  facts: (table: string) => TableFacts,
): Promise<boolean> {
  const added = add.exec(statement);
  if (added) {
    addIndex(added, kind, indexes, facts);
    return true;
  }
  const dropped = drop.exec(statement);
  if (dropped) {
    const [, table = '', quiet, name = ''] = dropped;
    if (!indexes.drop(table, name) && !quiet)
      throw serverError(36, `Wrong index name. Cannot find index ${name} to drop`);
    return true;
  }
  const waited = wait.exec(statement);
  if (waited?.[1]) await indexes.wait(waited[1]);
  return waited !== null;
}

function addIndex(
  [, table = '', quiet, name = '', column = '', given = '', list = '']: RegExpExecArray,
  kind: MyScaleKind,
  indexes: VectorIndexes,
  facts: (table: string) => TableFacts,
): void {
  const type = given.toUpperCase();
  const pairs = list === '' ? [] : list.split(',').map((pair) => pair.trim().replace(/^'(.*)'$/, '$1'));
  if (!parameters[type] || (type === 'MSTG' && kind === 'myscaledb-v2')) {
    throw serverError(36, `Unknown vector index type ${given}`);
  }
  checkParameters(type, pairs);
  const { checked, metric } = facts(table);
  if (!checked.has(column)) {
    throw serverError(
      36,
      `Cannot create table with column '${column}' which type is 'Array(Float32)' because the constraint information was not defined during the creation of a vector index for the column.`,
    );
  }
  if (indexes.of(table, column)) {
    if (quiet) return;
    throw serverError(36, `Cannot add vector index ${name}: vector index on column ${column} already exists`);
  }
  const own = pairs.find((pair) => pair.startsWith('metric_type='))?.slice('metric_type='.length);
  indexes.add({ table, name, column, type, parameters: pairs, metric: own ?? metric });
}

/** Messages: tests/queries/2_vector_search, cases 5 and 6 of the parameter checks. */
export function checkParameters(type: string, pairs: readonly string[]): void {
  const valid = parameters[type] ?? [];
  for (const pair of pairs) {
    const [key = '', value = ''] = pair.split('=');
    if (!valid.includes(key)) {
      throw serverError(
        36,
        `${type} doesn't support index parameter: \`${key}\`, valid parameters is [${valid.join(',')}].`,
      );
    }
    const [least, most] = ranges[key] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (Number(value) < least || Number(value) > most) {
      throw serverError(36, `${type} parameter \`${key}\` range needs to be ${least}~${most}.`);
    }
  }
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  alpha: [1, 4],
  m: [8, 128],
  ef_c: [16, 1024],
  ef_s: [16, 1024],
};
