import { randomUUID } from 'node:crypto';
import { setInterval as every } from 'node:timers';
import { queueFull } from './bounds.ts';
import { createPlaces } from './places.ts';
import type { NewJob, Place, Queue, QueueOptions } from './queue.ts';
import { quotaDay, quotaExceeded } from './quota.ts';
import { connectRedis, queueUnavailable } from './redis.ts';
import { type Entry, openRedisJobs, type Snapshot } from './redis-jobs.ts';
import { createPump, linesOf, ownLine } from './redis-pump.ts';
import { createRuns } from './redis-runs.ts';
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

const pollMs = 1000;

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
  const items = await openWorkItems({
    connection: redis.patient,
    prefix: `${prefix}bull`,
    lines: linesOf(home),
    token: home,
    lockMs: takeOverAfterMs,
    log,
  });
  const channel = `${prefix}changed`;
  let closed = false;
  const runs = createRuns<Payload>({
    ...{ jobs, items, quota, home, log, logTrouble },
    onEnd: () => redis.patient.publish(channel, ''),
    onRoom: () => pump.run(),
  });
  const places = createPlaces<Payload>({ home, width, find: async (id) => (await jobs.find(id))?.job });
  const pump = createPump<Payload>({ jobs, items, runs, places, home, width, release, logTrouble });

  redis.subscriber.on('message', (_, message: string) => {
    runs.cancel(message);
    pump.run();
  });
  await redis.subscriber.subscribe(channel);
  const polling = every(pump.run, pollMs);
  const renewing = every(runs.keepLocks, takeOverAfterMs / 3);

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
    const item = job.portable ? job.lane : ownLine(job.lane, home);
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
    await pump.end();
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
      pump.begin(given);
      runs.takeUp().catch(logTrouble).finally(pump.run);
    },
    stop,
    async close() {
      closed = true;
      void pump.end();
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
