import type { createPlaces } from './places.ts';
import type { Lane, QueueHandlers } from './queue.ts';
import type { openRedisJobs } from './redis-jobs.ts';
import type { createRuns, Line } from './redis-runs.ts';
import type { WorkItems } from './work-items.ts';

interface PumpParts<Payload> {
  jobs: ReturnType<typeof openRedisJobs<Payload>>;
  items: WorkItems;
  runs: ReturnType<typeof createRuns<Payload>>;
  places: ReturnType<typeof createPlaces<Payload>>;
  home: string;
  /** Jobs at a time, per lane. */
  width: Readonly<Record<Lane, number>>;
  /** Puts a job at the end of a line, and tells all processes. */
  release(line: string, id: string): Promise<void>;
  logTrouble(error: unknown): void;
}

const lines: readonly Line[] = ['cancelled', 'quick', 'image'];
const sweepEveryMs = 10_000;
// Places change with every job; what is not told at once is told with the next poll.
const tellEveryMs = 200;

/** The line of the jobs that only this data folder can do. */
export function ownLine(line: Line, home: string): string {
  return `${line}-${home}`;
}

/** All that a process on this data folder takes from. */
export function linesOf(home: string): string[] {
  return lines.flatMap((line) => [line, ownLine(line, home)]);
}

/** Begins the jobs whose turn it is, and tells of those that wait, between `begin` and `end`. */
export function createPump<Payload>(parts: PumpParts<Payload>) {
  const { jobs, items, runs, places, home, width, release, logTrouble } = parts;
  let handlers: QueueHandlers<Payload> | undefined;
  let pumping: Promise<void> | undefined;
  let isStale = false;
  let sweptAt = Number.NEGATIVE_INFINITY;
  let toldAt = Number.NEGATIVE_INFINITY;

  /** Begins what can begin; once at a time, and once more when it was asked for meanwhile. */
  function run() {
    isStale = true;
    pumping ??= pumpAll()
      .catch(logTrouble)
      .finally(() => {
        pumping = undefined;
        // Asked for after the last look.
        if (isStale && handlers) run();
      });
  }

  async function pumpAll() {
    while (isStale && handlers) {
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
    return handlers !== undefined && (line === 'cancelled' || runs.countIn(line) < width[line]);
  }

  async function claimIn(line: Line, current: QueueHandlers<Payload>): Promise<boolean> {
    for (const name of await inTurn(line, ownLine(line, home))) {
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
      if (released && run === '' && linesOf(home).includes(item)) await items.add(item, id);
  }

  return {
    run,
    begin(given: QueueHandlers<Payload>) {
      handlers = given;
    },
    async end() {
      handlers = undefined;
      await pumping;
    },
  };
}
