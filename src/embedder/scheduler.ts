import { BotError } from '../errors.ts';
import type { CallOptions } from './embedder.ts';

/** Runs the batches of many requests, `width` at a time, so that a small request never waits behind a whole import. */
export interface Scheduler<Batch, Result> {
  /** Results in the order of the batches. Throws BotError `cancelled` at once when the signal aborts; what runs is finished unheard. */
  submit(batches: readonly Batch[], options?: CallOptions): Promise<Result[]>;
  /** Rejects everything that waits, with this error. */
  clear(error: unknown): void;
}

interface Request<Batch, Result> {
  waiting: Batch[];
  /** By the place of its batch; `left` of them are still missing. */
  results: Result[];
  left: number;
  interactive: boolean;
  finish(error?: unknown): void;
}

/** Requests of one batch go first, in order of arrival; the others take turns, batch by batch. */
export function createScheduler<Batch, Result>(
  run: (batch: Batch) => Promise<Result>,
  { width = 1 }: { width?: number } = {},
): Scheduler<Batch, Result> {
  const requests: Request<Batch, Result>[] = [];
  let busy = 0;

  async function work(): Promise<void> {
    if (busy >= width) return;
    busy += 1;
    for (let request = takeNext(); request; request = takeNext()) await runNext(request);
    busy -= 1;
  }

  function takeNext(): Request<Batch, Result> | undefined {
    const waits = (request: Request<Batch, Result>) => request.waiting.length > 0;
    const interactive = requests.findIndex((request) => request.interactive && waits(request));
    const place = interactive >= 0 ? interactive : requests.findIndex(waits);
    return place >= 0 ? requests.splice(place, 1)[0] : undefined;
  }

  async function runNext(request: Request<Batch, Result>): Promise<void> {
    const place = request.results.length - request.waiting.length;
    const [batch] = request.waiting.splice(0, 1);
    // Back in the line before it runs, so that an abort meanwhile finds it there.
    requests.push(request);
    if (batch === undefined) return;
    try {
      request.results[place] = await run(batch);
      request.left -= 1;
      if (request.left === 0) request.finish();
    } catch (error) {
      request.finish(error);
    }
  }

  return {
    submit(batches, { signal, background = false } = {}) {
      return new Promise((resolve, reject) => {
        const request: Request<Batch, Result> = {
          waiting: [...batches],
          results: new Array(batches.length),
          left: batches.length,
          interactive: batches.length <= 1 && !background,
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
        if (batches.length === 0) return resolve([]);
        signal?.addEventListener('abort', stop, { once: true });
        requests.push(request);
        for (let free = width - busy; free > 0; free -= 1) void work();
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
