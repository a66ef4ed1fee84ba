import path from 'node:path';
import { openState, type State } from './state.ts';
import { type Database, type DatabaseOptions, openDatabase } from './store/database.ts';

interface CommandDatabase extends DatabaseOptions {
  /** Once it is aborted, a statement may be left alone, which a close would wait for: the end of the process ends it. */
  abandoned?: AbortSignal | undefined;
}

/**
 * What a command works with, closed after the work. The local state comes first: it tells at once who has the data folder,
 * and spares the embedded engine's own line about its lock. Throws like `openState` and `openDatabase`.
 */
export async function withDatabase<Value>(
  options: CommandDatabase,
  work: (database: Database, state: State) => Promise<Value>,
): Promise<Value> {
  const state = openState(path.join(options.dataDir, 'state'));
  try {
    return await withDatabaseAlone(options, (database) => work(database, state));
  } finally {
    await state.close();
  }
}

/** The same for what only reads, and so runs beside a bot that uses the same server. */
export function withDatabaseToRead<Value>(
  options: CommandDatabase,
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  return options.clickhouseUrl === undefined ? withDatabase(options, work) : withDatabaseAlone(options, work);
}

async function withDatabaseAlone<Value>(
  { abandoned, ...options }: CommandDatabase,
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  const database = await openDatabase(options);
  try {
    return await work(database);
  } finally {
    if (!abandoned?.aborted) await database.close();
  }
}
