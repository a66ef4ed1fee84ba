import { setImmediate as yieldToEvents } from 'node:timers/promises';
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

/** Drops what is too old or too much. */
export async function prune(tables: Tables, limits: Limits, now: number): Promise<void> {
  await pruneTable(tables.places, limits.places, now, ({ createdAt }) => createdAt);
  await pruneTable(tables.posts, limits.posts, now, ({ begunAt }) => begunAt);
  for (const name of ['sent', 'forms', 'threads', 'shown'] as const) {
    await pruneTable(tables[name] as Database<{ at: number }, string>, limits[name], now, ({ at }) => at);
  }
}

async function pruneTable<Value>(
  table: Database<Value, string>,
  { age, count }: Limit,
  now: number,
  timeOf: (value: Value) => number,
): Promise<void> {
  const times: { key: string; time: number }[] = [];
  for (const { key, value } of table.getRange({})) {
    times.push({ key, time: timeOf(value) });
    if (times.length % perTurn === 0) await yieldToEvents();
  }
  times.sort((one, other) => other.time - one.time);
  const old = times.filter(({ time }, index) => index >= count || time < now - age);
  await Promise.all(old.map(({ key }) => table.remove(key)));
}

/** Prunes now and then, until the function it returns is called. */
export function keepPruned(tables: Tables, { limits, everyMs }: { limits: Limits; everyMs: number }): () => void {
  const run = () => void prune(tables, limits, Date.now()).catch(() => undefined);
  run();
  const timer = setInterval(run, everyMs).unref();
  return () => clearInterval(timer);
}
