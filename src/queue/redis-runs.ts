import { isAbort } from '../errors.ts';
import type { Logger } from '../log.ts';
import { blend } from './durations.ts';
import { cancellation, endAll, handingBack, isHandedBack } from './interruption.ts';
import type { Lane, QueuedJob, QueueHandlers } from './queue.ts';
import type { Quota } from './quota.ts';
import { createControl } from './redis-control.ts';
import type { Entry, openRedisJobs } from './redis-jobs.ts';
import type { WorkItem, WorkItems } from './work-items.ts';

/** A lane, or the cancelled jobs, which only have to be told so and wait for nobody. */
export type Line = Lane | 'cancelled';

interface Running {
  line: Line;
  entry: Entry;
  item: WorkItem;
  controller: AbortController;
  finished: Promise<void>;
}

interface RunsParts<Payload> {
  jobs: ReturnType<typeof openRedisJobs<Payload>>;
  items: WorkItems;
  quota: Quota | undefined;
  home: string;
  log: Logger;
  /** A job has ended, and all processes may hear of it. */
  onEnd(): Promise<unknown>;
  /** There is room for another job. */
  onRoom(): void;
  logTrouble(error: unknown): void;
}

/** The jobs that run in this process. */
export function createRuns<Payload>(parts: RunsParts<Payload>) {
  const { jobs, items, quota, home, log, onEnd, onRoom, logTrouble } = parts;
  const running = new Map<string, Running>();
  // Their work is over, and their locks are about to go.
  const ending = new WeakSet<WorkItem>();

  /** Runs what was claimed from a line. Returns the id that enters the line now; undefined for an item that is out of date. */
  async function begin(
    item: WorkItem,
    id: string,
    from: { line: Line; name: string; work: QueueHandlers<Payload>['work'] },
  ) {
    const begun = await jobs.begin(id, from.name, home);
    if (!begun) {
      await items.done(item);
      return undefined;
    }
    const { entry, job, next } = begun;
    const controller = new AbortController();
    if (entry.cancelled) controller.abort(cancellation());
    const finished = perform({ item, entry, job, controller, work: from.work })
      .catch(logTrouble)
      .finally(() => {
        running.delete(id);
        onRoom();
      });
    running.set(id, { line: from.line, entry, item, controller, finished });
    return next;
  }

  async function perform({ item, entry, job, controller, work }: Omit<Running, 'line' | 'finished'> & Work<Payload>) {
    const began = performance.now();
    const usual = await jobs.usualSeconds(entry.lane);
    let seconds: number | undefined;
    try {
      await work(job, createControl({ jobs, entry, quota, controller, usualSeconds: usual }));
      if (!controller.signal.aborted) seconds = blend(usual, (performance.now() - began) / 1000);
    } catch (error) {
      if (isHandedBack(controller.signal)) return await handBack(entry, { counts: false });
      if (!isAbort(error)) log.error({ err: error, job: job.id }, 'a job ended with an error that it did not report');
    }
    ending.add(item);
    await jobs.finish(entry, seconds);
    await items.done(item);
    await onEnd();
  }

  /** Makes it a waiting job again, unless another process has it by now. `counts`: it is an attempt that failed. */
  async function handBack(entry: Entry, how: { counts: boolean }) {
    const { id, item } = entry;
    const line = await jobs.handBack(entry, how);
    if (line === undefined) return;
    await items.giveBack(item, id);
    if (line === item) return;
    await items.remove(item, id);
    await items.add(line, id);
  }

  return {
    begin,
    /** Takes up what a former process on this data folder was doing: nobody else is on it, so nothing has to be waited for. */
    async takeUp() {
      const { entries } = await jobs.snapshot(home);
      for (const entry of entries) if (entry.run.startsWith(`${home}/`)) await handBack(entry, { counts: true });
    },
    has: (id: string) => running.has(id),
    countIn: (line: Line) => [...running.values()].filter((run) => run.line === line).length,
    cancel: (id: string) => running.get(id)?.controller.abort(cancellation()),
    /** Keeps the locks of what runs here; where one is lost, another process goes on with the job. */
    async keepLocks() {
      for (const { item, controller, entry } of running.values()) {
        const isKept = await items.keep(item).catch(() => true);
        if (isKept || ending.has(item)) continue;
        log.warn({ job: entry.id }, 'Redis was out of reach for too long: another process goes on with this job');
        controller.abort(handingBack());
      }
    },
    end: (graceMs: number) => endAll([...running.values()], graceMs),
  };
}

interface Work<Payload> {
  job: QueuedJob<Payload>;
  work: QueueHandlers<Payload>['work'];
}
