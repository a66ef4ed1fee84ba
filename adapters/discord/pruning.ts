import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Logger } from '../../src/log.ts';
import type { Database } from '../../src/state.ts';
import type { Tables } from './records.ts';

interface Limit {
  /** Milliseconds a record is kept. */
  age: number;
  /** Records of a table, the newest first. */
  count: number;
}

export type Limits = Readonly<Record<'places' | 'posts' | 'sent' | 'forms' | 'threads' | 'shown', Limit>>;

const dayMs = 24 * 60 * 60 * 1000;

/** What old posts need (their forms, their parts) is kept long, what running jobs need for as long as one can wait. */
export const usualLimits: Limits = {
  places: { age: 7 * dayMs, count: 50_000 },
  posts: { age: 30 * dayMs, count: 200_000 },
  sent: { age: 365 * dayMs, count: 200_000 },
  forms: { age: 365 * dayMs, count: 50_000 },
  threads: { age: 365 * dayMs, count: 100_000 },
  shown: { age: 30 * dayMs, count: 50_000 },
};

const perTurn = 1000;

/** Drops what is too old or too much; gives up between two steps when it is told to stop. */
export async function prune(tables: Tables, limits: Limits, now: number, stopping?: AbortSignal): Promise<void> {
  const pruned = <Value>(table: Database<Value, string>, limit: Limit, timeOf: (value: Value) => number) =>
    pruneTable(table, limit, now, timeOf, stopping);
  await pruned(tables.places, limits.places, ({ createdAt }) => createdAt);
  await pruned(tables.posts, limits.posts, ({ begunAt }) => begunAt);
  for (const name of ['sent', 'forms', 'threads', 'shown'] as const) {
    await pruned(tables[name] as Database<{ at: number }, string>, limits[name], ({ at }) => at);
  }
}

async function pruneTable<Value>(
  table: Database<Value, string>,
  { age, count }: Limit,
  now: number,
  timeOf: (value: Value) => number,
  stopping: AbortSignal | undefined,
): Promise<void> {
  const times: { key: string; time: number }[] = [];
  let page: { key: string; time: number }[] = [];
  do {
    await yieldToEvents();
    if (stopping?.aborted) return;
    page = readPage(table, page.at(-1)?.key, timeOf);
    times.push(...page);
  } while (page.length > 0);
  times.sort((one, other) => other.time - one.time);
  const old = times.filter(({ time }, index) => index >= count || time < now - age);
  await Promise.all(old.map(({ key }) => table.remove(key)));
}

/** Read at one go: a cursor must not stay open while others write, or while the state is closed. */
function readPage<Value>(table: Database<Value, string>, after: string | undefined, timeOf: (value: Value) => number) {
  const range = after === undefined ? {} : { start: after, exclusiveStart: true };
  return [...table.getRange({ ...range, limit: perTurn })].map(({ key, value }) => ({ key, time: timeOf(value) }));
}

/** Prunes now and then; the function it returns ends that, and resolves once nothing is read any more. */
export function keepPruned(
  tables: Tables,
  { limits, everyMs, log }: { limits: Limits; everyMs: number; log: Logger },
): () => Promise<void> {
  const stopping = new AbortController();
  let running = Promise.resolve();
  const run = () => {
    running = running
      .then(() => prune(tables, limits, Date.now(), stopping.signal))
      .catch((error: unknown) => log.warn({ err: error }, 'old records could not be dropped'));
  };
  run();
  const timer = setInterval(run, everyMs).unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
