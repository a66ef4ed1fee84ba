import { secondsUntilDone } from './durations.ts';
import { fairOrder } from './fair-order.ts';
import { type Lane, lanes, type Place, type QueuedJob, type QueueHandlers } from './queue.ts';
import type { Entry, Snapshot } from './redis-jobs.ts';

interface PlacesParts<Payload> {
  home: string;
  /** Jobs at a time, of one process. */
  width: Readonly<Record<Lane, number>>;
  find(id: string): Promise<QueuedJob<Payload> | undefined>;
}

/** Where the jobs that were accepted here stand among those of all processes. */
export function createPlaces<Payload>({ home, width, find }: PlacesParts<Payload>) {
  const told = new Map<string, { job: QueuedJob<Payload>; ahead: number }>();

  /** Those that a process on this data folder may begin, as they would. */
  function order({ entries, servedAt }: Snapshot, lane: Lane): Entry[] {
    const waiting = entries.filter((entry) => isNear(entry, lane) && entry.run === '' && !entry.cancelled);
    return fairOrder(waiting, (owner) => servedAt(lane, owner));
  }

  function isNear(entry: Entry, lane: Lane): boolean {
    return entry.lane === lane && (entry.portable || entry.home === home);
  }

  function placeAt(snapshot: Snapshot, lane: Lane, index: number): Place {
    const { entries, processes } = snapshot;
    const ahead = index + entries.filter((entry) => isNear(entry, lane) && entry.run !== '').length;
    const atATime = width[lane] * Math.max(1, processes);
    return { ahead, etaSeconds: secondsUntilDone(snapshot.usualSeconds(lane), ahead, atATime) };
  }

  function of(snapshot: Snapshot, id: string, lane: Lane): Place {
    const index = order(snapshot, lane).findIndex((entry) => entry.id === id);
    return index < 0 ? { ahead: 0, etaSeconds: undefined } : placeAt(snapshot, lane, index);
  }

  /** Tells of places that have changed, and of jobs that another process has begun. */
  async function tell(snapshot: Snapshot, handlers: QueueHandlers<Payload>, isRunningHere: (id: string) => boolean) {
    const waiting = new Set<string>();
    for (const lane of lanes) {
      for (const [index, entry] of order(snapshot, lane).entries()) {
        if (entry.home !== home || isRunningHere(entry.id)) continue;
        waiting.add(entry.id);
        await tellOne(entry.id, placeAt(snapshot, lane, index), handlers);
      }
    }
    for (const [id, { job }] of told) {
      if (waiting.has(id)) continue;
      told.delete(id);
      if (snapshot.entries.some((entry) => entry.id === id && isElsewhere(entry))) handlers.left?.(job);
    }
  }

  async function tellOne(id: string, place: Place, handlers: QueueHandlers<Payload>) {
    const known = told.get(id);
    if (known?.ahead === place.ahead) return;
    const job = known?.job ?? (await find(id));
    if (!job) return;
    told.set(id, { job, ahead: place.ahead });
    handlers.moved?.(job, place);
  }

  function isElsewhere({ run }: Entry): boolean {
    return run !== '' && !run.startsWith(`${home}/`);
  }

  return { of, tell, first: (snapshot: Snapshot, lane: Lane) => order(snapshot, lane)[0] };
}
