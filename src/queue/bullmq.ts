import { randomUUID } from 'node:crypto';
import { setInterval as every } from 'node:timers';
import { queueFull } from './bounds.ts';
import { createPlaces } from './places.ts';
import type { NewJob, Place, Queue, QueueHandlers, QueueOptions } from './queue.ts';
import { quotaDay, quotaExceeded } from './quota.ts';
import { connectRedis, queueUnavailable } from './redis.ts';
import { type Entry, openRedisJobs, type Snapshot } from './redis-jobs.ts';
import { createRuns, type Line } from './redis-runs.ts';
import { openWorkItems } from './work-items.ts';

export interface BullQueueOptions extends QueueOptions {
  url: string;
  /** Names the data folder; two processes never have the same one at a time. */
  home: string;
  /** Before all keys; a hash tag keeps them in one slot of a cluster. */
  prefix?: string;
  /** Milliseconds after which the jobs of a process that died are taken over. */
  takeOverAfterMs?: number;
  /** Milliseconds that somebody is kept waiting for Redis. */
  answerWithinMs?: number;
}

const lines: readonly Line[] = ['cancelled', 'quick', 'image'];
const pollMs = 1000;
const sweepEveryMs = 10_000;
// Places change with every job; what is not told at once is told with the next poll.
const tellEveryMs = 200;

/**
 * A queue in Redis that several processes share, with BullMQ's lines, locks and stall detection.
 *
 * Fairness: BullMQ's groups are not in its open-source edition, but its first-in-first-out line is a ring of people once
 * everybody has at most one job in it. So the index (src/queue/redis-scripts.ts) holds what is accepted, and releases a
 * person's next job to the end of the line when the one before has begun: that is the order of src/queue/fair-order.ts, with
 * its bound. Jobs that only one data folder can do have a line of their own; of the two lines a process takes the job whose
 * turn is first. Somebody with jobs of both kinds has a turn in each.
 *
 * A process that dies loses its locks, and another one goes on with its jobs, recorded steps included; jobs that only its data
 * folder can do wait until a process is back on that. A process that was cut off from Redis for longer than its locks last
 * stops what it does: another one may have begun it.
 *
 * What was accepted is as durable as the server makes it: `appendonly yes` survives its crash, but for the last second;
 * `appendfsync always` for all of it.
 *
 * Throws BotError `queue_unavailable` when Redis can't be reached.
 */
export async function openBullQueue<Payload>(options: BullQueueOptions): Promise<Queue<Payload>> {
  const { url, home, quota, bounds, width, log, prefix = '{promptory}:', takeOverAfterMs = 15_000 } = options;
  const redis = await connectRedis(url, log, options.answerWithinMs);
  const jobs = openRedisJobs<Payload>(redis.patient, prefix);
  const prompt = openRedisJobs<Payload>(redis.prompt, prefix);
  const ownLines = lines.flatMap((line) => [line, ownLine(line)]);
  const items = await openWorkItems({
    connection: redis.patient,
    prefix: `${prefix}bull`,
    lines: ownLines,
    token: home,
    lockMs: takeOverAfterMs,
    log,
  });
  const channel = `${prefix}changed`;
  let handlers: QueueHandlers<Payload> | undefined;
  let pumping: Promise<void> | undefined;
  let isStale = false;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  const runs = createRuns<Payload>({
    ...{ jobs, items, quota, home, log, logTrouble },
    onEnd: () => redis.patient.publish(channel, ''),
    onRoom: pump,
  });
  const places = createPlaces<Payload>({ home, width, find: async (id) => (await jobs.find(id))?.job });

  redis.subscriber.on('message', (_, message: string) => {
    runs.cancel(message);
    pump();
  });
  await redis.subscriber.subscribe(channel);
  const polling = every(pump, pollMs);
  const renewing = every(runs.keepLocks, takeOverAfterMs / 3);

  function ownLine(line: Line): string {
    return `${line}-${home}`;
  }

  async function promptly<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      throw queueUnavailable(error);
    }
  }

  async function release(line: string, id: string) {
    if (id !== '') await items.add(line, id);
    await redis.patient.publish(channel, '');
  }

  async function submit(job: NewJob<Payload>): Promise<Place> {
    const { payload, ...described } = job;
    const isCounted = quota && !job.exempt && job.pictures > 0;
    const charged = isCounted ? { day: quotaDay(new Date(), quota.reset), pictures: job.pictures } : undefined;
    const item = job.portable ? job.lane : ownLine(job.lane);
    const fresh = { sequence: 0, attempts: 0, begun: false, cancelled: false, released: false, run: '' };
    const entry: Entry = { ...described, ...fresh, submission: randomUUID(), charged, home, item };
    const [outcome, detail] = await prompt.submit(entry, payload, bounds, quota?.daily ?? 0).catch((error: unknown) => {
      withdraw(entry).catch(logTrouble);
      throw queueUnavailable(error);
    });
    if (outcome === 'quota' && quota) throw quotaExceeded(quota, Number(detail), job.pictures, new Date());
    if (outcome === 'perOwner' || outcome === 'perScope' || outcome === 'total') throw queueFull(outcome, bounds);
    // It is accepted: what follows is mended by the sweep, should Redis be gone now.
    const place = places.of(await prompt.snapshot(home).catch(noSnapshot), job.id, job.lane);
    if (outcome === 'accepted') release(item, detail).catch(logTrouble);
    return place;
  }

  /** The answer got lost, and its asker is told that it was not accepted: so it is not, as soon as Redis is back. */
  async function withdraw(entry: Entry) {
    const { outcome, former, next } = await jobs.withdraw(entry);
    if (outcome === 'begun') await endCancelled(entry.id, await jobs.cancel(entry.id));
    if (former === '') return;
    await items.remove(former, entry.id);
    await release(former, next);
  }

  /** Begins what can begin; once at a time, and once more when it was asked for meanwhile. */
  function pump() {
    isStale = true;
    pumping ??= pumpAll()
      .catch(logTrouble)
      .finally(() => {
        pumping = undefined;
        // Asked for after the last look.
        if (isStale && handlers && !closed) pump();
      });
  }

  async function pumpAll() {
    while (isStale && handlers && !closed) {
      isStale = false;
      if (performance.now() - sweptAt > sweepEveryMs) await sweep();
      const current = handlers;
      for (const line of lines) while (hasRoom(line) && (await claimIn(line, current)));
      if (performance.now() - toldAt > tellEveryMs) await tell(current);
    }
  }

  async function tell(current: QueueHandlers<Payload>) {
    const snapshot = await jobs.snapshot(home);
    // The message may have come before the job was begun here, or while the subscriber was cut off.
    for (const { id, cancelled } of snapshot.entries) if (cancelled) runs.cancel(id);
    await places.tell(snapshot, current, runs.has);
    toldAt = performance.now();
  }

  function hasRoom(line: Line): boolean {
    return handlers !== undefined && !closed && (line === 'cancelled' || runs.countIn(line) < width[line]);
  }

  async function claimIn(line: Line, current: QueueHandlers<Payload>): Promise<boolean> {
    for (const name of await inTurn(line, ownLine(line))) {
      const item = await items.claim(name);
      if (!item?.id) continue;
      const next = await runs.begin(item, item.id, { line, name, work: current.work });
      if (next !== undefined) await release(name, next);
      return true;
    }
    return false;
  }

  /** Of the shared line and our own, the one whose first job has the earlier turn comes first. */
  async function inTurn(shared: Line, own: string): Promise<string[]> {
    if (shared === 'cancelled' || (await items.isEmpty(own))) return [own, shared];
    const first = places.first(await jobs.snapshot(home), shared);
    return first?.item === own ? [own, shared] : [shared, own];
  }

  /** Puts into their line what a process that died had released, but not put there yet. */
  async function sweep() {
    sweptAt = performance.now();
    const { entries } = await jobs.snapshot(home);
    for (const { released, run, item, id } of entries)
      if (released && run === '' && ownLines.includes(item)) await items.add(item, id);
  }

  async function endCancelled(id: string, found: Awaited<ReturnType<typeof jobs.cancel>>) {
    if (!found) return false;
    const { isRunning, former, item, next } = found;
    if (isRunning) {
      await redis.patient.publish(channel, id);
      return true;
    }
    await items.remove(former, id);
    await release(former, next);
    await release(item, id);
    return true;
  }

  async function stop({ graceMs }: { graceMs: number }) {
    handlers = undefined;
    await pumping;
    await runs.end(graceMs);
  }

  function logTrouble(error: unknown) {
    if (!closed) log.warn({ err: error }, 'the queue could not be worked on; it is tried again');
  }

  return {
    submit,
    find: (id) => promptly(async () => (await prompt.find(id))?.job),
    all: () => promptly(() => prompt.all()),
    cancel: async (id) => endCancelled(id, await promptly(() => prompt.cancel(id))),
    start(given) {
      handlers = given;
      runs.takeUp().catch(logTrouble).finally(pump);
    },
    stop,
    async close() {
      closed = true;
      clearInterval(polling);
      clearInterval(renewing);
      await items.close();
      redis.close();
    },
  };
}

function noSnapshot(): Snapshot {
  return { entries: [], servedAt: () => undefined, usualSeconds: () => undefined, processes: 1 };
}
