import type { State } from '../state.ts';
import { brokenBound, queueFull } from './bounds.ts';
import { secondsUntilDone } from './durations.ts';
import { fairOrder } from './fair-order.ts';
import { cancellation, endAll } from './interruption.ts';
import { createAllowance } from './lmdb-allowance.ts';
import { openJobRecords, servedKey } from './lmdb-records.ts';
import { createRuns } from './lmdb-runs.ts';
import {
  type Lane,
  lanes,
  type NewJob,
  type Place,
  type Queue,
  type QueuedJob,
  type QueueHandlers,
  type QueueOptions,
} from './queue.ts';

interface Running {
  lane: Lane;
  controller: AbortController;
  finished: Promise<void>;
}

interface LmdbQueueOptions extends QueueOptions {
  /** Milliseconds until a job is begun again whose progress the disk did not take. */
  retryLostMs?: number;
}

const usualRetryMs = 10_000;

/** A durable queue in LMDB, fair between people: what it accepted survives kill -9, and each job ends once. */
export function createQueue<Payload>(state: State, options: LmdbQueueOptions): Queue<Payload> {
  type Job = QueuedJob<Payload>;
  const records = openJobRecords<Payload>(state);
  const { jobs, finished, served, durations, commit } = records;
  const allowance = createAllowance(records, options.quota);
  const running = new Map<string, Running>();
  // They take their place, but must not begin before they are on disk.
  const submitting = new Map<string, Promise<Place>>();
  // The disk did not take how they went: they are begun again a little later, once there is room.
  const lost = new Set<string>();
  const told = new Map<string, number>();
  let handlers: QueueHandlers<Payload> | undefined;
  let sequence = Math.max(0, ...jobs.entries().map(([, job]) => job.sequence), ...served.entries().map(([, at]) => at));
  const runs = createRuns<Payload>({ records, allowance, nextSequence, log: options.log });

  runs.prune();

  function nextSequence(): number {
    sequence += 1;
    return sequence;
  }

  function waitingIn(lane: Lane): Job[] {
    const waiting = jobs
      .entries()
      .flatMap(([id, job]) => (job.lane === lane && !running.has(id) && !lost.has(id) ? job : []));
    return fairOrder(waiting, (owner) => served.get(servedKey(lane, owner)));
  }

  function runningIn(lane: Lane): number {
    return [...running.values()].filter((run) => run.lane === lane).length;
  }

  function placeOf({ id, lane }: Job): Place {
    const index = waitingIn(lane).findIndex((job) => job.id === id);
    return placeAt(lane, index < 0 ? 0 : index + runningIn(lane));
  }

  function placeAt(lane: Lane, ahead: number): Place {
    return { ahead, etaSeconds: secondsUntilDone(durations.get(lane), ahead, options.width[lane]) };
  }

  function submit(job: NewJob<Payload>) {
    const earlier = submitting.get(job.id);
    if (earlier) return earlier;
    const known = jobs.get(job.id);
    if (known) return Promise.resolve(placeOf(known));
    if (finished.get(job.id) !== undefined) return Promise.resolve(placeAt(job.lane, 0));
    const accepted = accept(job).finally(() => {
      submitting.delete(job.id);
      advance();
    });
    submitting.set(job.id, accepted);
    return accepted;
  }

  async function accept(job: NewJob<Payload>) {
    const broken = brokenBound(waitingIn(job.lane), job, options.bounds);
    if (broken) throw queueFull(broken, options.bounds);
    const { charged, changes } = allowance.take(job);
    const queued: Job = { ...job, sequence: nextSequence(), attempts: 0, begun: false, cancelled: false, charged };
    const onDisk = commit(jobs.set(job.id, queued), ...changes);
    const place = placeOf(queued);
    await onDisk;
    return place;
  }

  function advance() {
    if (!handlers) return;
    for (const lane of lanes) {
      for (const job of waitingIn(lane)) {
        // A cancelled one, which a kill left untold, has nothing to wait for.
        const hasRoom = job.cancelled || runningIn(lane) < options.width[lane];
        if (hasRoom && !submitting.has(job.id)) begin(job);
      }
      for (const [index, job] of waitingIn(lane).entries()) tell(job, index + runningIn(lane));
    }
  }

  function tell(job: Job, ahead: number) {
    if (told.get(job.id) === ahead) return;
    told.set(job.id, ahead);
    handlers?.moved?.(job, placeAt(job.lane, ahead));
  }

  function begin(job: Job) {
    if (!handlers) return;
    const controller = new AbortController();
    if (job.cancelled) controller.abort(cancellation());
    const done = runs
      .perform(job, controller, handlers.work)
      .catch((error: unknown) => {
        lost.add(job.id);
        runs.logLoss(error);
        setTimeout(retry, options.retryLostMs ?? usualRetryMs, job.id).unref();
      })
      .finally(() => {
        running.delete(job.id);
        told.delete(job.id);
        advance();
      });
    running.set(job.id, { lane: job.lane, controller, finished: done });
  }

  function retry(id: string) {
    lost.delete(id);
    advance();
  }

  async function cancel(id: string) {
    await submitting.get(id)?.catch(() => undefined);
    const job = jobs.get(id);
    if (!job) return false;
    await commit(jobs.set(id, { ...job, cancelled: true }));
    const run = running.get(id);
    // It may have been begun, ended or handed back while that was written.
    const waiting = run ? undefined : jobs.get(id);
    run?.controller.abort(cancellation());
    if (waiting) begin(waiting);
    return true;
  }

  async function stop({ graceMs }: { graceMs: number }) {
    handlers = undefined;
    await endAll([...running.values()], graceMs);
  }

  return {
    submit,
    find: async (id) => jobs.get(id),
    all: async () => jobs.entries().map(([, job]) => job),
    cancel,
    start(given) {
      handlers = given;
      advance();
    },
    stop,
    close: async () => undefined,
  };
}
