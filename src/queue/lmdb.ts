import { BotError, isAbort } from '../errors.ts';
import type { State } from '../state.ts';
import type { JobControl, Lane, NewJob, Queue, QueuedJob, QueueHandlers, QueueOptions } from './queue.ts';

interface Running {
  lane: Lane;
  controller: AbortController;
  finished: Promise<void>;
}

const lanes: readonly Lane[] = ['quick', 'image'];
// A platform redelivers an event within minutes; a day leaves room for an outage.
const rememberFinishedMs = 24 * 60 * 60 * 1000;

/** A durable first-come queue in LMDB: what it accepted survives kill -9, and each job ends once. */
export function createQueue<Payload>(state: State, options: QueueOptions): Queue<Payload> {
  const jobs = state.table<QueuedJob<Payload>>('jobs');
  const steps = state.table<{ value: unknown }>('job-steps');
  const finished = state.table<number>('jobs-finished');
  // What is on the disk: a read of LMDB may show the state of a moment ago.
  const stored = new Map<string, QueuedJob<Payload>>();
  const ended = new Set<string>();
  const waiting: Record<Lane, QueuedJob<Payload>[]> = { quick: [], image: [] };
  const running = new Map<string, Running>();
  const submitting = new Map<string, Promise<{ ahead: number }>>();
  const usualSeconds = new Map<Lane, number>();
  let handlers: QueueHandlers<Payload> | undefined;
  let sequence = 0;

  restore();

  function restore() {
    const left = [...jobs.getRange({})].map(({ value }) => value).sort((a, b) => a.sequence - b.sequence);
    for (const job of left) {
      stored.set(job.id, job);
      waiting[job.lane].push(job);
    }
    sequence = left.at(-1)?.sequence ?? 0;
    const horizon = Date.now() - rememberFinishedMs;
    for (const { key, value } of finished.getRange({})) {
      if (value < horizon) finished.remove(key);
      else ended.add(key);
    }
  }

  function runningIn(lane: Lane): number {
    return [...running.values()].filter((run) => run.lane === lane).length;
  }

  function aheadOf(job: QueuedJob<Payload>): number {
    const place = waiting[job.lane].indexOf(job);
    return place < 0 ? 0 : place + runningIn(job.lane);
  }

  function nextSequence(): number {
    sequence += 1;
    return sequence;
  }

  function submit(job: NewJob<Payload>) {
    const earlier = submitting.get(job.id);
    if (earlier) return earlier;
    const accepted = accept(job).finally(() => submitting.delete(job.id));
    submitting.set(job.id, accepted);
    return accepted;
  }

  async function accept(job: NewJob<Payload>) {
    const known = stored.get(job.id);
    if (known) return { ahead: aheadOf(waiting[job.lane].find(({ id }) => id === job.id) ?? known) };
    if (ended.has(job.id)) return { ahead: 0 };
    if (waiting[job.lane].length >= options.maxWaiting) {
      throw new BotError(
        'queue_full',
        `${options.maxWaiting} requests are waiting already. Try again in a few minutes.`,
      );
    }
    const queued = { ...job, sequence: nextSequence(), attempts: 0, cancelled: false };
    // Takes its place before it is on disk: two submits at once must not both count the same free place.
    waiting[job.lane].push(queued);
    const ahead = aheadOf(queued);
    try {
      await state.durably(() => {
        jobs.put(queued.id, queued);
      });
    } catch (error) {
      waiting[job.lane].splice(waiting[job.lane].indexOf(queued), 1);
      throw error;
    }
    stored.set(queued.id, queued);
    advance();
    return { ahead };
  }

  function advance() {
    if (!handlers) return;
    for (const lane of lanes) {
      while (runningIn(lane) < options.width[lane] && isStored(waiting[lane][0])) begin(waiting[lane].shift());
      waiting[lane].forEach((job) => {
        handlers?.moved(job, aheadOf(job));
      });
    }
  }

  function isStored(job: QueuedJob<Payload> | undefined): boolean {
    return job !== undefined && stored.has(job.id);
  }

  function begin(job: QueuedJob<Payload> | undefined) {
    if (!job || !handlers) return;
    const controller = new AbortController();
    const begun = { ...job, attempts: job.attempts + 1 };
    if (begun.cancelled) controller.abort(cancellation());
    const done = perform(begun, controller, handlers)
      .catch(logLoss)
      .finally(() => {
        running.delete(job.id);
        advance();
      });
    running.set(job.id, { lane: job.lane, controller, finished: done });
  }

  /** A disk that takes no more writes: the job stays recorded and is begun again at the next start. */
  function logLoss(error: unknown) {
    options.log.error({ err: error }, 'the local state could not be written; the job is begun again at the next start');
  }

  async function perform(job: QueuedJob<Payload>, controller: AbortController, { work }: QueueHandlers<Payload>) {
    const began = performance.now();
    await jobs.put(job.id, job);
    try {
      await work(job, controlOf(job, controller.signal));
      usualSeconds.set(job.lane, blend(usualSeconds.get(job.lane), (performance.now() - began) / 1000));
    } catch (error) {
      if (isHandedBack(controller.signal)) return handBack(job);
      if (!isAbort(error))
        options.log.error({ err: error, job: job.id }, 'a job ended with an error that it did not report');
    }
    await finish(job);
  }

  function controlOf(job: QueuedJob<Payload>, signal: AbortSignal): JobControl {
    return {
      signal,
      usualSeconds: usualSeconds.get(job.lane),
      get cancelled() {
        return signal.aborted && !isHandedBack(signal);
      },
      async step<Value>(name: string, run: () => Promise<Value>) {
        const key = `${job.id}/${name}`;
        const recorded = steps.get(key);
        if (recorded) return recorded.value as Value;
        const value = await run();
        await steps.put(key, { value });
        return value;
      },
    };
  }

  async function handBack(job: QueuedJob<Payload>) {
    await state.durably(() => {
      jobs.put(job.id, { ...job, attempts: job.attempts - 1 });
    });
  }

  async function finish(job: QueuedJob<Payload>) {
    await state.durably(() => {
      jobs.remove(job.id);
      finished.put(job.id, Date.now());
      for (const key of [...steps.getKeys({ start: `${job.id}/`, end: `${job.id}0` })]) steps.remove(key);
    });
    ended.add(job.id);
    stored.delete(job.id);
  }

  async function cancel(id: string) {
    const job = stored.get(id);
    if (!job) return false;
    await state.durably(() => {
      jobs.put(id, { ...job, cancelled: true });
    });
    running.get(id)?.controller.abort(cancellation());
    const place = waiting[job.lane].findIndex((queued) => queued.id === id);
    if (place >= 0) begin({ ...job, ...waiting[job.lane].splice(place, 1)[0], cancelled: true });
    return true;
  }

  async function stop({ graceMs }: { graceMs: number }) {
    handlers = undefined;
    const all = Promise.all([...running.values()].map((run) => run.finished));
    const late = setTimeout(() => {
      for (const { controller } of running.values()) controller.abort(handingBack());
    }, graceMs);
    await all;
    clearTimeout(late);
  }

  return {
    submit,
    find: (id) => stored.get(id),
    all: () => [...stored.values()],
    cancel,
    start(given) {
      handlers = given;
      advance();
    },
    stop,
  };
}

function cancellation(): BotError {
  return new BotError('cancelled', 'Cancelled.');
}

function handingBack(): Error {
  return new DOMException('The bot is stopping; the job goes on at the next start.', 'AbortError');
}

function isHandedBack(signal: AbortSignal): boolean {
  return signal.aborted && !(signal.reason instanceof BotError);
}

/** An exponential moving average: the last few jobs count most. */
function blend(usual: number | undefined, seconds: number): number {
  return usual === undefined ? seconds : usual * 0.7 + seconds * 0.3;
}
