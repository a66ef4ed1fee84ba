import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { type Clients, type Dialect, type Session, type Settings, settingsClause } from './dialects/dialect.ts';
import { toBotError } from './failures.ts';
import { inline } from './inline.ts';
import type { ParquetFiles } from './parquet.ts';
import { createPool } from './pool.ts';
import { retrying } from './retry.ts';

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
  command(statement: string, parameters?: Parameters, through?: 'log' | 'bulk'): Promise<void>;
  readonly parquet: ParquetFiles;
  close(): Promise<void>;
}

export function createConnection({ dialect, engine, place, clients, parquet, close }: Session): Connection {
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
        format: 'JSONEachRow' as const,
        ...(statement.parameters && { query_params: { ...statement.parameters } }),
        ...(signal && { abort_signal: signal }),
      };
      const answer = async () => {
        signal?.throwIfAborted();
        return readers.use(async (client) => (await client.query(request)).json());
      };
      return (await translating(answer, { signal })).map((found) => row.parse(found));
    },
    async insert(table, rows, through = 'log') {
      const [first] = rows;
      if (!first) return;
      const columns = Object.keys(first).join(', ');
      await translating(() => send(clients[through], `INSERT INTO ${table} (${columns})`, rows));
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

// Asynchronous inserts, the default of new engines and of distributed tables, would acknowledge rows before they are stored.
const insertSettings = settingsClause({ async_insert: 0, insert_distributed_sync: 1 });

async function send(client: Clients['log'], insert: string, rows: readonly object[]): Promise<void> {
  const lines = rows.map((row) => wellFormed(JSON.stringify(row))).join('\n');
  const result = await client.exec({
    query: `${insert} ${insertSettings} FORMAT JSONEachRow`,
    values: Readable.from([lines], { objectMode: false }),
  });
  await text(result.stream);
}

/** JSON.stringify escapes exactly the lone surrogates, which are no text and which the engine refuses. */
function wellFormed(json: string): string {
  return json.includes('\\ud') ? json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd') : json;
}
