import type { ClickHouseClient } from '@clickhouse/client';

/** Settings sent inside a statement (`SETTINGS a = 1`), the only way that does not leak into later calls of a chDB client. */
export type Settings = Readonly<Record<string, number>>;

/** What must differ between the engines; everything else is one SQL. */
export interface Dialect {
  readonly name: string;
  /** The vector index inside CREATE TABLE: cosine distance over `column`. */
  vectorIndex(column: string, dimensions: number): string;
  /** The type a vector is sent as, and the expression that makes an Array(Float32) of it. */
  readonly vectorType: string;
  decodeVector(expression: string): string;
  encodeVector(vector: Float32Array): unknown;
  /** Cosine distance (0 to 2) between a column and the bound parameter `vector`. */
  distance(column: string): string;
  /** Statements that add the index which answers `holdsAny`, also for the rows that are there; none where a scan answers. */
  addWordIndex(table: string, column: string): string[];
  /** True for a text that holds any of the words (see `wordsIn`) bound as the parameter `words`. */
  holdsAny(column: string, words: string): string;
  /**
   * Parameters to write into the statement, of our own making (numbers, base64): chDB runs the queries of a process that bind any one after another.
   * What a person typed is always bound.
   */
  readonly inlined: readonly string[];
  readonly readSettings: Settings;
  /** For queries that the vector index answers, besides `readSettings`. */
  readonly searchSettings: Settings;
}

/** Reads, log writes and bulk imports go through clients of their own: a chDB client runs one query at a time, so reads have several. */
export interface Clients {
  read: readonly ClickHouseClient[];
  log: ClickHouseClient;
  bulk: ClickHouseClient;
}

/** An open connection to an engine. `place` names it in messages, without its password. */
export interface Session {
  dialect: Dialect;
  engine: string;
  place: string;
  clients: Clients;
  close(): Promise<void>;
}
