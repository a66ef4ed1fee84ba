import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type ClickHouseClient, type ClickHouseClientConfigOptions, createClient } from '@clickhouse/client';
import { BotError } from '../../errors.ts';
import { localLoader } from '../loader.ts';
import { localParquet } from '../parquet.ts';
import type { Dialect, ReadRequest, Session } from './dialect.ts';
import { serverVersion, stockSql } from './stock.ts';

type ClientConnection = NonNullable<ClickHouseClientConfigOptions['connection']>;

const chdb: Dialect = {
  name: 'chdb',
  ...stockSql,
  inlined: ['vector', 'limit', 'scope', 'generations', 'best'],
  searchSettings: (rows, limit) => ({
    ...stockSql.searchSettings(rows, limit),
    // The new analyzer copies and compares the vector's 512 numbers again and again: 0.8 ms of a search's 7.
    allow_experimental_analyzer: 0,
  }),
};

// A query takes one of Node's four threads for file work while it runs, and the cores are shared as it is.
const readers = 3;

/**
 * Opens (or makes) the embedded database in a folder, which serves one process at a time.
 * Throws BotError `database_locked` when another process has it, `database_unavailable` where chDB can't run or the folder can't be used.
 */
export async function connectChdb(folder: string): Promise<Session> {
  const { createChdbConnection, drainPending } = await loadChdb();
  // chDB types its connection with a second copy of the client's types, which differ in nothing but optional undefined.
  const open = () =>
    createClient({ connection: createChdbConnection({ path: folder }) as unknown as ClientConnection });
  const clients = opening(folder, () => {
    mkdirSync(folder, { recursive: true });
    return { read: Array.from({ length: readers }, open), log: open(), bulk: open() };
  });
  return {
    dialect: chdb,
    engine: `chDB ${await serverVersion(clients.log)}`,
    place: folder,
    clients,
    rows,
    loader: localLoader(clients, folder),
    parquet: localParquet(clients),
    async close() {
      await Promise.all([...clients.read, clients.log, clients.bulk].map((client) => client.close()));
      // An aborted query runs on in the engine; its connection is released only after it.
      await drainPending();
    },
  };
}

/** The whole answer is here at once: the client's own way, a stream that parses row by row, costs half a millisecond more. */
async function rows(client: ClickHouseClient, { query, ...request }: ReadRequest): Promise<unknown[]> {
  const { stream } = await client.exec({ ...request, query: `${query}\nFORMAT JSONEachRow` });
  // A line is a row, and a line break within a text is escaped.
  const found: unknown[] = JSON.parse(`[${(await text(stream)).trimEnd().replaceAll('\n', ',')}]`);
  return found;
}

async function loadChdb() {
  try {
    const [{ createChdbConnection }, { drainPending }] = await Promise.all([import('chdb/connection'), import('chdb')]);
    return { createChdbConnection, drainPending };
  } catch (cause) {
    throw new BotError(
      'database_unavailable',
      `The embedded database (chDB) has no build for this system (${process.platform} ${process.arch}); it runs on Linux with glibc and on macOS. ` +
        'On Windows run Promptory inside WSL2; elsewhere set CLICKHOUSE_URL to a ClickHouse server. ' +
        'If this system should work, run `npm ci` again without leaving out optional packages.',
      { cause },
    );
  }
}

function opening<Value>(folder: string, open: () => Value): Value {
  try {
    return open();
  } catch (cause) {
    const holder = lockHolder(folder);
    if (holder === undefined) {
      throw new BotError(
        'database_unavailable',
        `The database folder ${folder} can't be opened. Check that it is yours to write, has room, and that no other program uses it, ` +
          'also not from a container; or set DATA_DIR to another folder.',
        { cause },
      );
    }
    throw new BotError(
      'database_locked',
      `The database folder ${folder} is in use by another program (process ${holder}); it serves one at a time. ` +
        'Stop that one first (a running bot, an import), run this, then start it again; or set DATA_DIR to another folder, or CLICKHOUSE_URL to a server that many can use.',
      { cause },
    );
  }
}

/** The live process that the engine's lock file names. The file outlives a crash; the lock itself does not. */
function lockHolder(folder: string): number | undefined {
  try {
    const pid = Number(/^PID: (\d+)/m.exec(readFileSync(path.join(folder, 'status'), 'utf8'))?.[1]);
    return pid !== process.pid && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
