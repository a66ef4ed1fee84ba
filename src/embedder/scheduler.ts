import { BotError } from '../errors.ts';

/** Runs the batches of many requests one at a time, so that a small request never waits behind a whole import. */
export interface Scheduler<Batch, Result> {
  /** Results in the order of the batches. Throws BotError `cancelled` at once when the signal aborts; what runs is finished unheard. */
  submit(batches: readonly Batch[], signal?: AbortSignal): Promise<Result[]>;
  /** Rejects everything that waits, with this error. */
  clear(error: unknown): void;
}

interface Request<Batch, Result> {
  waiting: Batch[];
  results: Result[];
  interactive: boolean;
  finish(error?: unknown): void;
}

/** Requests of one batch go first, in order of arrival; the others take turns, batch by batch. */
export function createScheduler<Batch, Result>(run: (batch: Batch) => Promise<Result>): Scheduler<Batch, Result> {
  const requests: Request<Batch, Result>[] = [];
  let busy = false;

  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let request = takeNext(); request; request = takeNext()) await runNext(request);
    busy = false;
  }

  function takeNext(): Request<Batch, Result> | undefined {
    const [next] = requests.splice(
      Math.max(
        0,
        requests.findIndex((request) => request.interactive),
      ),
      1,
    );
    return next;
  }

  async function runNext(request: Request<Batch, Result>): Promise<void> {
    const batch = request.waiting.shift();
    if (batch === undefined) return request.finish();
    // Back in the line before it runs, so that an abort meanwhile finds it there.
    requests.push(request);
    try {
      request.results.push(await run(batch));
      if (request.waiting.length === 0) request.finish();
    } catch (error) {
      request.finish(error);
    }
  }

  return {
    submit(batches, signal) {
      return new Promise((resolve, reject) => {
        const request: Request<Batch, Result> = {
          waiting: [...batches],
          results: [],
          interactive: batches.length <= 1,
          finish(error) {
            signal?.removeEventListener('abort', stop);
            const place = requests.indexOf(request);
            if (place >= 0) requests.splice(place, 1);
            if (error === undefined) resolve(request.results);
            else reject(error);
          },
        };
        const stop = () => request.finish(stopped(signal));
        if (signal?.aborted) return stop();
        signal?.addEventListener('abort', stop, { once: true });
        requests.push(request);
        void work();
      });
    },
    clear(error) {
      for (const request of [...requests]) request.finish(error);
    },
  };
}

function stopped(signal: AbortSignal | undefined): BotError {
  return new BotError('cancelled', 'The embedding was stopped before it was done.', { cause: signal?.reason });
}
