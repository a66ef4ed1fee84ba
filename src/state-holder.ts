import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { RootDatabase } from 'lmdb';
import { BotError } from './errors.ts';

/** The process that has the state; one at a time, since two would do the same jobs. */
interface Holder {
  process: number;
  /** Tells a process from a later one with the same number; empty where the system does not tell. */
  started: string;
  /** Milliseconds. */
  since: number;
}

/**
 * Takes the state for this process, and returns what gives it back. A write transaction of LMDB is exclusive between processes and
 * ends with its process, so two that start at once can't both take it; a holder that was killed is known by its number.
 * Throws BotError `database_locked` naming the holder. Processes of other containers are not seen: they need folders of their own.
 */
export function holdState(root: RootDatabase, folder: string): () => void {
  const table = root.openDB<Holder, string>({ name: 'holder', encoding: 'json' });
  const other = root.transactionSync(() => {
    const holder = table.get('holder');
    if (holder && isAlive(holder)) return holder;
    table.put('holder', { process: process.pid, started: startOf(process.pid), since: Date.now() });
    return undefined;
  });
  if (other) {
    throw new BotError(
      'database_locked',
      `The folder ${folder} is in use by another Promptory (process ${other.process}); it serves one at a time. ` +
        'Stop that one first, or set DATA_DIR to another folder; with REDIS_URL and CLICKHOUSE_URL several share the work, each with a DATA_DIR of its own.',
    );
  }
  return () => table.removeSync('holder');
}

function isAlive({ process: id, started, since }: Holder): boolean {
  const bootedAt = Date.now() - uptime() * 1000;
  if (id === process.pid || since < bootedAt) return false;
  try {
    process.kill(id, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = startOf(id);
  return started === '' || now === '' || started === now;
}

function startOf(id: number): string {
  if (process.platform === 'linux') {
    try {
      // Field 22, in clock ticks since boot; the name in field 2 may hold spaces: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      // A zombie has ended; only its parent has not heard of it yet.
      return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
    } catch {
      return '';
    }
  }
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(id)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}
