import { statfsSync } from 'node:fs';
import path from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { BotError } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { checkStateFile } from './state-check.ts';
import { holdState } from './state-holder.ts';

export type { Database } from 'lmdb';

/** The local durable state (LMDB): accepted jobs, an outbox of database writes, the embedding cache, the page's threads. */
export interface State {
  /** A named table; values are structured data (typed arrays included). */
  table<Value>(name: string): Database<Value, string>;
  /** Runs all writes inside as one transaction, and resolves once it is on disk. Rejects with BotError `disk_full` before the disk is. */
  durably(write: () => void): Promise<void>;
  close(): Promise<void>;
}

/** Opens (or makes) the state in a folder, for this process alone. Throws BotError `database_locked` naming the process that has it, or `internal` naming the folder. */
export function openState(given: string): State {
  const folder = path.resolve(given);
  const root = openRoot(folder);
  const giveBack = holding(root, folder);
  const tables = new Map<string, Database>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  async function transact(write: () => void) {
    await root.transaction(write);
    await root.flushed;
  }

  return {
    table<Value>(name: string) {
      const known = tables.get(name) ?? root.openDB(tableOptions(name));
      tables.set(name, known);
      return known as Database<Value, string>;
    },
    durably(write) {
      if (closed) return Promise.reject(new Error('the local state is closed'));
      if (isNearlyFull(folder)) return Promise.reject(diskFull(folder));
      const writing = transact(write).finally(() => underWay.delete(writing));
      underWay.add(writing);
      return writing;
    },
    async close() {
      closed = true;
      // LMDB never returns from a close that meets a transaction.
      await Promise.allSettled(underWay);
      giveBack();
      // A read while LMDB waits for its last writes would throw out of a timer, where nobody can catch it.
      await Promise.allSettled([root.flushed]);
      await root.close();
    },
  };
}

/** LMDB takes the process down when a commit fails for want of room, so that much stays free: bytes. */
const keptFree = 8 * 1024 * 1024;

function isNearlyFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < keptFree;
}

function diskFull(folder: string): BotError {
  return new BotError(
    'disk_full',
    `The disk of ${folder} is full, so nothing more is accepted. Make room on it, then try again.`,
  );
}

function holding(root: RootDatabase, folder: string): () => void {
  try {
    return holdState(root, folder);
  } catch (error) {
    void root.close();
    throw error;
  }
}

function openRoot(folder: string): RootDatabase {
  try {
    makeFolder(folder);
    checkStateFile(folder);
    return open({ path: folder, maxDbs: 32 });
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    throw new BotError(
      'internal',
      `The folder ${folder} can't be opened for writing. Check that it exists, is yours and has room.`,
      {
        cause,
      },
    );
  }
}

/** Without structuredClone, msgpack stores a Float32Array as the bytes of its truncated numbers. */
function tableOptions(name: string) {
  return { name, encoding: 'msgpack' as const, encoder: { structuredClone: true } };
}
