import { isAbort } from '../errors.ts';
import type { State } from '../state.ts';
import { brokenBound, queueFull } from './bounds.ts';
import { blend, secondsUntilDone } from './durations.ts';
import { fairOrder } from './fair-order.ts';
import { cancellation, endAll, isHandedBack } from './interruption.ts';
import { createAllowance } from './lmdb-allowance.ts';
import { openJobRecords, servedKey } from './lmdb-records.ts';
import {
  type JobControl,
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

// A platform redelivers an event within minutes; a day leaves room for an outage.
const rememberFinishedMs = 24 * 60 * 60 * 1000;
const usualRetryMs = 10_000;
const pruneEveryMs = 60 * 60 * 1000;

/** A durable queue in LMDB, fair between people: what it accepted survives kill -9, and each job ends once. */
export function createQueue<Payload>(state: State, options: LmdbQueueOptions): Queue<Payload> {
  type Job = QueuedJob<Payload>;
  const records = openJobRecords<Payload>(state);
  const { jobs, finished, served, durations, steps, commit } = records;
  const allowance = createAllowance(records, options.quota);
  const running = new Map<string, Running>();
  // They take their place, but must not begin before they are on disk.
  const submitting = new Map<string, Promise<Place>>();
  // The disk did not take how they went: they are begun again a little later, once there is room.
  const lost = new Set<string>();
  const told = new Map<string, number>();
  let handlers: QueueHandlers<Payload> | undefined;
  let sequence = Math.max(0, ...jobs.entries().map(([, job]) => job.sequence), ...served.entries().map(([, at]) => at));
  let prunedAt = Number.NEGATIVE_INFINITY;

  prune();

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
        if (runningIn(lane) >= options.width[lane]) break;
        if (!submitting.has(job.id)) begin(job);
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
    const done = perform(job, controller, handlers)
      .catch((error: unknown) => {
        lost.add(job.id);
        logLoss(error);
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

  function logLoss(error: unknown) {
    options.log.error({ err: error }, 'the local state could not be written; it is tried again');
  }

  async function perform(job: Job, controller: AbortController, { work }: QueueHandlers<Payload>) {
    const began = performance.now();
    let seconds: number | undefined;
    const begun = { ...(jobs.get(job.id) ?? job), begun: true, attempts: job.attempts + 1 };
    // An interrupted job had its turn before.
    const turn = job.begun || job.cancelled ? [] : [served.set(servedKey(job.lane, job.owner), nextSequence())];
    await commit(jobs.set(job.id, begun), ...turn);
    try {
      await work(begun, controlOf(begun, controller.signal));
      if (!controller.signal.aborted) seconds = (performance.now() - began) / 1000;
    } catch (error) {
      if (isHandedBack(controller.signal)) return handBack(begun);
      if (!isAbort(error))
        options.log.error({ err: error, job: job.id }, 'a job ended with an error that it did not report');
    }
    await finish(begun, seconds);
  }

  function controlOf(job: Job, signal: AbortSignal): JobControl {
    return {
      signal,
      usualSeconds: durations.get(job.lane),
      get cancelled() {
        return signal.aborted && !isHandedBack(signal);
      },
      async step<Value>(name: string, run: () => Promise<Value>) {
        const recorded = steps.get(job.id, name);
        if (recorded) return recorded.value as Value;
        const value = await run();
        await steps.put(job.id, name, value);
        return value;
      },
      recorded: async <Value>(prefix: string) => steps.startingWith(job.id, prefix) as Value[],
      charge: (pictures) => allowance.change(job.id, pictures),
    };
  }

  async function handBack({ id }: Job) {
    const job = jobs.get(id);
    if (job) await commit(jobs.set(id, { ...job, attempts: job.attempts - 1 }));
  }

  async function finish({ id, lane, owner }: Job, seconds: number | undefined) {
    const isLast = !jobs.entries().some(([other, job]) => other !== id && job.lane === lane && job.owner === owner);
    const turn = isLast ? [served.remove(servedKey(lane, owner))] : [];
    const duration = seconds === undefined ? [] : [durations.set(lane, blend(durations.get(lane), seconds))];
    await commit(jobs.remove(id), finished.set(id, Date.now()), steps.removeAll(id), ...turn, ...duration);
    if (performance.now() - prunedAt > pruneEveryMs) prune();
  }

  /** Forgets what nobody will ask for again. */
  function prune() {
    prunedAt = performance.now();
    const horizon = Date.now() - rememberFinishedMs;
    const old = finished.entries().flatMap(([id, endedAt]) => (endedAt < horizon ? finished.remove(id) : []));
    const changes = [...old, ...allowance.outdated()];
    if (changes.length > 0) commit(...changes).catch(logLoss);
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
