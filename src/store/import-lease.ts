import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { createNotes } from './notes.ts';
import type { ImportLease } from './store.ts';

interface LeaseTimes {
  /** Without a sign of life for so long it is over, ms. */
  leaseMs?: number;
  /** Between two signs of life, ms. */
  beatMs?: number;
}

const prefix = 'import lease ';
const tries = 3;

/**
 * One import at a time on a server that many programs use. Each writes a note with the time at which it ends, by the server's clock,
 * and then reads the others': of two at once at least one sees the other and takes its note back, so there are never two (perhaps none,
 * which then try again). The embedded database serves one program as it is.
 */
export function createImportLease(
  connection: Connection,
  { leaseMs = 30_000, beatMs = 5_000 }: LeaseTimes = {},
): (holder: string) => Promise<ImportLease> {
  if (connection.dialect.name === 'chdb') return async () => ({ check() {}, release: async () => undefined });
  const notes = createNotes(connection);

  // One note a holder: what an earlier program of it left is prolonged, and taken back with our own.
  const beat = (name: string) =>
    connection.command(
      'INSERT INTO meta (name, value) SELECT {name:String}, toString(toUnixTimestamp64Milli(now64(3)) + {ms:Int64})',
      { name, ms: leaseMs },
    );

  async function hasOthers(holder: string): Promise<boolean> {
    const query = `SELECT name FROM meta FINAL
WHERE startsWith(name, {prefix:String}) AND name != {own:String} AND toInt64OrZero(value) > toUnixTimestamp64Milli(now64(3)) LIMIT 1`;
    const parameters = { prefix, own: prefix + holder };
    return (await connection.read(query, { row: z.object({ name: z.string() }), parameters })).length > 0;
  }

  async function take(holder: string, isHeldHere: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await beat(prefix + holder);
      if (isHeldHere || !(await hasOthers(holder))) return;
      await notes.setNote(prefix + holder, '');
      if (attempt === tries) throw taken(leaseMs);
      await new Promise((resolve) => setTimeout(resolve, 100 + 200 * Math.random()));
    }
  }

  // This program may hold it twice, for an import and for the index of the last: its note is taken back with the second.
  let held = 0;
  const inTurn = createTurns();

  return async (holder) => {
    // Read before the server's clock is, so that it ends here first. The wall clock runs on while a machine sleeps.
    let alive = 0;
    await inTurn(async () => {
      alive = Date.now();
      await take(holder, held > 0);
      held += 1;
    });
    const isLost = () => Date.now() - alive > leaseMs;
    let beating: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
      const asked = Date.now();
      if (isLost()) return;
      const answered = beat(prefix + holder).then(() => {
        alive = asked;
      });
      // The next one tries again.
      beating = answered.catch(() => undefined);
    }, beatMs);
    timer.unref();
    return {
      check() {
        if (isLost()) throw lost();
      },
      release: () =>
        inTurn(async () => {
          clearInterval(timer);
          await beating;
          held -= 1;
          // Where that fails it ends by itself, and what was done under it is done.
          if (held === 0) await notes.setNote(prefix + holder, '').catch(() => undefined);
        }),
    };
  };
}

/** One piece of work at a time, in the order asked. */
function createTurns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

function taken(leaseMs: number): BotError {
  return new BotError(
    'conflict',
    'Another import, or the building of the index after one, is under way in this database; it takes one at a time. ' +
      `Wait for its end, or stop it, and run this again. One that was killed is forgotten after ${Math.ceil(leaseMs / 1_000)} seconds.`,
  );
}

function lost(): BotError {
  return new BotError(
    'conflict',
    'This import stood still for so long, or was without its server, that another may have begun. What it stored stays: run the same command again to go on.',
  );
}
