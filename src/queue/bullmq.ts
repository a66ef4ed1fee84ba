import { setInterval as every } from 'node:timers';
import { isAbort } from '../errors.ts';
import { queueFull } from './bounds.ts';
import { blend } from './durations.ts';
import { cancellation, endAll, handingBack, isHandedBack } from './interruption.ts';
import { createPlaces } from './places.ts';
import type { Lane, NewJob, Place, Queue, QueuedJob, QueueHandlers, QueueOptions } from './queue.ts';
import { quotaDay, quotaExceeded } from './quota.ts';
import { connectRedis, queueUnavailable } from './redis.ts';
import { createControl } from './redis-control.ts';
import { type Entry, openRedisJobs, type Snapshot } from './redis-jobs.ts';
import { openWorkItems, type WorkItem } from './work-items.ts';

export interface BullQueueOptions extends QueueOptions {
  url: string;
  /** Names the data folder; two processes never have the same one at a time. */
  home: string;
  /** Before all keys; a hash tag keeps them in one slot of a cluster. */
  prefix?: string;
  /** Milliseconds after which the jobs of a process that died are taken over. */
  takeOverAfterMs?: number;
}

/** A lane, or the cancelled jobs, which only have to be told so and wait for nobody. */
type Line = Lane | 'cancelled';

interface Running {
  line: Line;
  entry: Entry;
  item: WorkItem;
  controller: AbortController;
  finished: Promise<void>;
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
  type Work = QueueHandlers<Payload>['work'];
  const { url, home, quota, bounds, width, log, prefix = '{promptory}:', takeOverAfterMs = 15_000 } = options;
  const redis = await connectRedis(url, log);
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
  const running = new Map<string, Running>();
  // Their work is over, and their locks are about to go.
  const ending = new WeakSet<WorkItem>();
  let handlers: QueueHandlers<Payload> | undefined;
  let pumping: Promise<void> | undefined;
  let isStale = false;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  const places = createPlaces<Payload>({ home, width, find: async (id) => (await jobs.find(id))?.job });

  redis.subscriber.on('message', (_, message: string) => {
    running.get(message)?.controller.abort(cancellation());
    pump();
  });
  await redis.subscriber.subscribe(channel);
  const polling = every(pump, pollMs);
  const renewing = every(renew, takeOverAfterMs / 3);

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
    const entry: Entry = { ...described, ...fresh, charged, home, item };
    const [outcome, detail] = await promptly(() => prompt.submit(entry, payload, bounds, quota?.daily ?? 0));
    if (outcome === 'quota' && quota) throw quotaExceeded(quota, Number(detail), job.pictures, new Date());
    if (outcome === 'perOwner' || outcome === 'perScope' || outcome === 'total') throw queueFull(outcome, bounds);
    // It is accepted: what follows is mended by the sweep, should Redis be gone now.
    const place = places.of(await prompt.snapshot(home).catch(noSnapshot), job.id, job.lane);
    if (outcome === 'accepted') release(item, detail).catch(logTrouble);
    return place;
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
    for (const { id, cancelled } of snapshot.entries) if (cancelled) running.get(id)?.controller.abort(cancellation());
    await places.tell(snapshot, current, (id) => running.has(id));
    toldAt = performance.now();
  }

  function hasRoom(line: Line): boolean {
    const busy = [...running.values()].filter((run) => run.line === line).length;
    return handlers !== undefined && !closed && (line === 'cancelled' || busy < width[line]);
  }

  async function claimIn(line: Line, current: QueueHandlers<Payload>): Promise<boolean> {
    for (const name of await inTurn(line, ownLine(line))) {
      const item = await items.claim(name);
      if (!item?.id) continue;
      await begin(item, item.id, { line, name, work: current.work });
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

  async function begin(item: WorkItem, id: string, { line, name, work }: { line: Line; name: string; work: Work }) {
    const begun = await jobs.begin(id, name, home);
    if (!begun) return items.done(item);
    const { entry, job, next } = begun;
    const controller = new AbortController();
    if (entry.cancelled) controller.abort(cancellation());
    const finished = perform(item, entry, job, { controller, work })
      .catch(logTrouble)
      .finally(() => {
        running.delete(id);
        pump();
      });
    running.set(id, { line, entry, item, controller, finished });
    await release(name, next);
  }

  async function perform(
    item: WorkItem,
    entry: Entry,
    job: QueuedJob<Payload>,
    { controller, work }: { controller: AbortController; work: Work },
  ) {
    const began = performance.now();
    const usual = await jobs.usualSeconds(entry.lane);
    let seconds: number | undefined;
    try {
      await work(job, createControl({ jobs, entry, quota, controller, usualSeconds: usual }));
      if (!controller.signal.aborted) seconds = blend(usual, (performance.now() - began) / 1000);
    } catch (error) {
      if (isHandedBack(controller.signal)) {
        return await handBack(entry, { counts: false });
      }
      if (!isAbort(error)) log.error({ err: error, job: job.id }, 'a job ended with an error that it did not report');
    }
    ending.add(item);
    await jobs.finish(entry, seconds);
    await items.done(item);
    await redis.patient.publish(channel, '');
  }

  /** Keeps the locks of what runs here; where one is lost, another process goes on with the job. */
  async function renew() {
    for (const { item, controller, entry } of running.values()) {
      const isKept = await items.keep(item).catch(() => true);
      if (isKept || ending.has(item)) continue;
      log.warn({ job: entry.id }, 'Redis was out of reach for too long: another process goes on with this job');
      controller.abort(handingBack());
    }
  }

  /** Puts into their line what a process that died had released, but not put there yet. */
  async function sweep() {
    sweptAt = performance.now();
    const { entries } = await jobs.snapshot(home);
    for (const { released, run, item, id } of entries)
      if (released && run === '' && ownLines.includes(item)) await items.add(item, id);
  }

  /** Takes up what a former process on this data folder was doing: nobody else is on it, so nothing has to be waited for. */
  async function takeUp() {
    const { entries } = await jobs.snapshot(home);
    for (const entry of entries) {
      if (entry.run.startsWith(`${home}/`)) await handBack(entry, { counts: true });
    }
  }

  async function handBack(entry: Entry, how: { counts: boolean }) {
    const { id, item } = entry;
    const line = await jobs.handBack(entry, how);
    if (line === undefined) return;
    await items.giveBack(item, id);
    if (line === item) return;
    await items.remove(item, id);
    await items.add(line, id);
  }

  async function cancel(id: string) {
    const found = await promptly(() => prompt.cancel(id));
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
    await endAll([...running.values()], graceMs);
  }

  function logTrouble(error: unknown) {
    if (!closed) log.warn({ err: error }, 'the queue could not be worked on; it is tried again');
  }

  return {
    submit,
    find: (id) => promptly(async () => (await prompt.find(id))?.job),
    all: () => promptly(() => prompt.all()),
    cancel,
    start(given) {
      handlers = given;
      takeUp().catch(logTrouble).finally(pump);
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
