import type { ClickHouseClient } from '@clickhouse/client';
import type { ParquetFiles } from '../parquet.ts';

/** Settings sent inside a statement (`SETTINGS a = 1`), the only way that does not leak into later calls of a chDB client. */
export type Settings = Readonly<Record<string, number>>;

/** What must differ between the engines; everything else is one SQL. `table` is a table as a statement names it. */
export interface Dialect {
  readonly name: 'chdb' | 'clickhouse' | 'myscale';
  /** The columns of CREATE TABLE that hold a vector as `column Array(Float32)`. */
  vectorColumns(column: string): string;
  /** A row's cells that fill `vectorColumns(column)`. */
  vectorCells(column: string, vector: Float32Array): Readonly<Record<string, unknown>>;
  /** Settings of a table with a vector index, besides those of all. */
  readonly indexedTable: Readonly<Record<string, number | string>>;
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
  readonly readSettings: Settings;
  /** For queries that the vector index answers, besides `readSettings`. */
  readonly searchSettings: Settings;
}

/** Reads, log writes and bulk imports go through clients of their own: a chDB client runs one query at a time. */
export interface Clients {
  read: ClickHouseClient;
  log: ClickHouseClient;
  bulk: ClickHouseClient;
}

/** An open connection to an engine. `place` names it in messages, without its password. */
export interface Session {
  dialect: Dialect;
  engine: string;
  place: string;
  clients: Clients;
  parquet: ParquetFiles;
  close(): Promise<void>;
}

export function vectorIndexName(column: string): string {
  return `${column}_index`;
}
