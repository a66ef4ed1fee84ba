import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { BotError, type ErrorCode } from '../errors.ts';

/** What goes to a worker: the answer carries the same id. */
export interface WorkerRequest<Work> {
  id: number;
  work: Work;
}

/** What comes back; an Error can't cross as it is, so its parts do. */
export type WorkerAnswer<Result> = { id: number } & (
  | { result: Result }
  | { failure: { code: ErrorCode; message: string; detail: string } }
);

/** Asks one worker thread, which is started at the first request, and again after it has crashed. */
export interface WorkerClient<Work, Result> {
  /** Throws the worker's own BotError, or `internal` when the thread died with the request. */
  ask(work: Work): Promise<Result>;
  /** Ends the thread after its last answer: native code that is stopped in the middle (ONNX Runtime) takes the whole process down. */
  close(): Promise<void>;
}

/** How long closing waits for an answer, ms. */
const patience = 10_000;

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** `start` makes a thread that answers every WorkerRequest with a WorkerAnswer. */
export function createWorkerClient<Work, Result>(start: () => Worker): WorkerClient<Work, Result> {
  const waiting = new Map<number, Waiting<Result>>();
  const answers = new Set<Promise<unknown>>();
  let worker: Worker | undefined;
  let lastId = 0;

  function startWorker(): Worker {
    const started = start();
    let fault: unknown;
    started.on('message', settle);
    started.on('error', (error) => {
      fault = error;
    });
    started.on('exit', (code) => {
      if (worker === started) worker = undefined;
      rejectAll(fault ?? new Error(`The worker thread ended with code ${code}`));
    });
    return started;
  }

  function settle(answer: WorkerAnswer<Result>): void {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    // An idle worker must not keep a finished program alive.
    if (waiting.size === 0) worker?.unref();
    if ('result' in answer) asked?.resolve(answer.result);
    else
      asked?.reject(
        new BotError(answer.failure.code, answer.failure.message, { cause: new Error(answer.failure.detail) }),
      );
  }

  function send(work: Work): Promise<Result> {
    return new Promise((resolve, reject) => {
      worker ??= startWorker();
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.ref();
      worker.postMessage({ id: lastId, work } satisfies WorkerRequest<Work>);
    });
  }

  function rejectAll(cause: unknown): void {
    for (const asked of waiting.values()) {
      asked.reject(
        new BotError(
          'internal',
          'The embedding worker stopped unexpectedly; it starts again with the next request. Try once more.',
          {
            cause,
          },
        ),
      );
    }
    waiting.clear();
  }

  return {
    ask(work) {
      const answer = send(work);
      const forget = () => {
        answers.delete(settled);
      };
      const settled: Promise<void> = answer.then(forget, forget);
      answers.add(settled);
      return answer;
    },
    async close() {
      await Promise.race([Promise.all(answers), delay(patience, undefined, { ref: false })]);
      await worker?.terminate();
    },
  };
}
