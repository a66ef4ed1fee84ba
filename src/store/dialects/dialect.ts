import type { ClickHouseClient } from '@clickhouse/client';
import type { Loader } from '../loader.ts';
import type { ParquetFiles } from '../parquet.ts';

/** Settings sent inside a statement (`SETTINGS a = 1`), the only way that does not leak into later calls of a chDB client. */
export type Settings = Readonly<Record<string, number | string>>;

/** What must differ between the engines; everything else is one SQL. `table` is a table as a statement names it. */
export interface Dialect {
  readonly name: 'chdb' | 'clickhouse' | 'myscale';
  /** The columns of CREATE TABLE that hold a vector as `column Array(Float32)`. */
  vectorColumns(column: string): string;
  /** A row's cells that fill `vectorColumns(column)`. */
  vectorCells(column: string, vector: Float32Array): Readonly<Record<string, unknown>>;
  /** Settings of a table with a vector index. */
  readonly indexedTable: Settings;
  /** Declares the index (cosine distance over `column`), which new rows join from then on; twice is once. */
  addVectorIndex(table: string, column: string, dimensions: number): string;
  /** Starts, in the background, the indexing of the rows that were there before the index; undefined where the engine does so by itself. */
  buildVectorIndex(table: string, column: string): string | undefined;
  dropVectorIndex(table: string, column: string): string;
  /** A SELECT of one row (see src/store/vector-index.ts): `built` (0 or 1), `progress` (0 to 1), and `failure`: why the last build failed, or ''. */
  vectorIndexState(table: string, column: string): string;
  /** A query's vector as the parameter `vector` carries it. */
  encodeVector(vector: Float32Array): unknown;
  /** Cosine distance (0 to 2) between an indexed column and the parameter `vector`, in the form that the index answers. */
  distance(column: string): string;
  /** The same for any Array(Float32), always computed. */
  exactDistance(expression: string): string;
  /** Statements that add the index which answers `holdsAny` or `rowsByWords`, also for the rows that are there; none where a scan answers. */
  addWordIndex(table: string, column: string): string[];
  /** True for a text that holds any of the words (see `wordsIn`) bound as the parameter `words`. */
  holdsAny(column: string, words: string): string;
  /**
   * To be read in place of a table with an index of words, where that answers no condition: `id` and `column` of the rows that hold any of the words
   * bound as `words`, and maybe of others (see `isIndexed`). An error that `lacksWordIndex` tells as long as a part of the table is not indexed.
   */
  rowsByWords?(table: string, column: string, words: string): string;
  /**
   * Parameters to write into the statement, of our own making (numbers, base64, ids; see src/store/inline.ts): chDB runs the queries of a process that bind any one after another.
   * What a person typed is always bound.
   */
  readonly inlined: readonly string[];
  readonly readSettings: Settings;
  /** For the `limit` nearest by the vector index of a table of about so many rows, besides `readSettings`. */
  searchSettings(rows: number, limit: number): Settings;
}

/** Reads, log writes and bulk imports go through clients of their own: a chDB client runs one query at a time, so reads have several. */
export interface Clients {
  read: readonly ClickHouseClient[];
  log: ClickHouseClient;
  bulk: ClickHouseClient;
}

/** A SELECT, without a format, and the values it binds. */
export interface ReadRequest {
  query: string;
  query_params?: Record<string, unknown>;
  abort_signal?: AbortSignal;
}

/** An open connection to an engine. `place` names it in messages, without its password. */
export interface Session {
  dialect: Dialect;
  engine: string;
  place: string;
  clients: Clients;
  /** The rows that a query answers, through one of the clients for reads. */
  rows(client: ClickHouseClient, request: ReadRequest): Promise<unknown[]>;
  loader: Loader;
  parquet: ParquetFiles;
  close(): Promise<void>;
}

/** Known to every engine, of every version. */
export const readSettings: Settings = {
  // Seconds. The engine itself must stop: chDB ignores the client's timeout and runs on after an abort.
  max_execution_time: 30,
  // On a cluster a row of prompts and its picture lie on the same shard (src/store/cluster.ts).
  distributed_product_mode: 'local',
};

/** ` SETTINGS a = 1, b = 'c'`. */
export function settingsClause(settings: Settings): string {
  const list = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'string' ? `'${value}'` : value}`,
  );
  return `SETTINGS ${list.join(', ')}`;
}

export function vectorIndexName(column: string): string {
  return `${column}_index`;
}
