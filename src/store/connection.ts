import type { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { type Dialect, type Session, type Settings, settingsClause } from './dialects/dialect.ts';
import { toBotError } from './failures.ts';
import { inline } from './inline.ts';
import { insertJson } from './json-rows.ts';
import type { ParquetFiles } from './parquet.ts';
import { createPool } from './pool.ts';
import { retrying } from './retry.ts';
import type { Column } from './row-binary.ts';

/** Values bound to `{name:Type}` placeholders: the only way a value gets into a statement. */
export type Parameters = Readonly<Record<string, unknown>>;

interface ReadOptions<Row> extends CallOptions {
  row: z.ZodType<Row>;
  parameters?: Parameters | undefined;
  settings?: Settings | undefined;
}

/** The engine as the store sees it: statements in, checked rows out, every failure a BotError. */
export interface Connection {
  readonly engine: string;
  readonly dialect: Dialect;
  /** Runs a SELECT (or EXPLAIN) and checks every row. */
  read<Row>(query: string, options: ReadOptions<Row>): Promise<Row[]>;
  /** Stores the rows, which share their columns, as one block: all of them or none, on disk when it resolves. */
  insert(table: string, rows: readonly Readonly<Record<string, unknown>>[], through?: 'log' | 'bulk'): Promise<void>;
  /** The same in the quickest way the engine has for many rows with vectors; a batch that is sent again within the next thousand is dropped. */
  load<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void>;
  command(statement: string, parameters?: Parameters, through?: 'log' | 'bulk'): Promise<void>;
  readonly parquet: ParquetFiles;
  close(): Promise<void>;
}

export function createConnection(session: Session): Connection {
  const { dialect, engine, place, clients, loader, parquet, close } = session;
  const translating = async <Value>(
    work: () => Promise<Value>,
    { signal, statement }: CallOptions & { statement?: string } = {},
  ): Promise<Value> => {
    try {
      return await retrying.execute(work, signal);
    } catch (error) {
      throw toBotError(error, { place, signal, statement });
    }
  };
  const readers = createPool(clients.read);
  let closed: Promise<void> | undefined;
  return {
    engine,
    dialect,
    async read(query, { row, parameters, settings, signal }) {
      const statement = inline({ query, parameters }, dialect.inlined);
      const request = {
        query: `${statement.query}\n${settingsClause({ ...dialect.readSettings, ...settings })}`,
        ...(statement.parameters && { query_params: { ...statement.parameters } }),
        ...(signal && { abort_signal: signal }),
      };
      const answer = async () => {
        signal?.throwIfAborted();
        return readers.use((client) => session.rows(client, request));
      };
      return (await translating(answer, { signal })).map((found) => row.parse(found));
    },
    async insert(table, rows, through = 'log') {
      await translating(() => insertJson(clients[through], table, rows));
    },
    async load(table, columns, rows) {
      if (rows.length > 0) await translating(() => loader.load(table, columns, rows));
    },
    async command(statement, parameters, through = 'log') {
      const request = { query: statement, ...(parameters && { query_params: { ...parameters } }) };
      await translating(() => clients[through].command(request), { statement });
    },
    parquet: {
      save: (...request) => translating(() => parquet.save(...request)),
      load: (...request) => translating(() => parquet.load(...request)),
    },
    close: () => (closed ??= close()),
  };
}
