import { setTimeout as sleep } from 'node:timers/promises';
import { codeOnly, isAbort } from '../../errors.ts';
import { GeneratorFault } from '../fault.ts';
import type { GenerateOptions, GenerationProgress } from '../generator.ts';
import type { HttpAnswer, HttpClient } from '../http.ts';
import { retryAfterMs } from '../http-faults.ts';
import { OutOfMemory, saysOutOfMemory } from '../out-of-memory.ts';
import { tookTooLong } from '../took-too-long.ts';
import { accepted, type Job, job } from './answers.ts';

export interface JobTimes {
  /** Milliseconds between looks at the job. */
  pollMs: number;
  /** Milliseconds for a job, its wait in the server's queue included. */
  timeoutMs: number;
  /** Milliseconds to wait for a place in the server's queue while that is full. */
  queueMs: number;
}

const cancelTimeoutMs = 5_000;
// A look costs nothing and the job goes on meanwhile, so a few may fail.
const failuresBorne = 3;
// What failed allocations of ggml end in: the server has no message of its own for them.
const madeNothing = /returned (?:no|empty) (?:results|encoded outputs)/;

/**
 * The answer to a new job, asked for again while the queue is full. Throws as `HttpClient.send`; a job whose answer is lost
 * on the way goes on, since the server lists no jobs and alone knows its id.
 */
export async function submit(
  client: HttpClient,
  body: object,
  { pollMs, queueMs }: JobTimes,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  const until = performance.now() + queueMs;
  for (;;) {
    const answer = await client.send({ path: '/sdcpp/v1/img_gen', json: body, signal });
    const wait = retryAfterMs(answer) ?? pollMs;
    if (answer.status !== 429 || performance.now() + wait > until) return answer;
    await sleep(wait, undefined, { signal });
  }
}

/** Follows an accepted job to its pictures, base64 and in order; cancels it when that fails or is aborted. Throws GeneratorFault, or `OutOfMemory`. */
export async function follow(
  client: HttpClient,
  submitted: HttpAnswer,
  times: JobTimes,
  { signal, onProgress }: GenerateOptions,
): Promise<string[]> {
  const { id } = client.read(submitted, accepted);
  const until = performance.now() + times.timeoutMs;
  const lookAtIt = bearing(failuresBorne, () => lookAt(client, id, signal));
  let isOver = false;
  try {
    while (performance.now() < until) {
      const seen = await lookAtIt();
      isOver = seen !== undefined && seen.status !== 'queued' && seen.status !== 'generating';
      const images = seen && picturesOf(client, seen);
      if (images) return images;
      const progress = seen && progressOf(seen);
      if (progress) onProgress?.(progress);
      await sleep(times.pollMs, undefined, { signal });
    }
    throw tookTooLong(client.name, times.timeoutMs);
  } catch (error) {
    if (!isOver) await cancel(client, id);
    throw error;
  }
}

/** The same, undefined for up to so many failures in a row. */
function bearing<Value>(most: number, run: () => Promise<Value>): () => Promise<Value | undefined> {
  let failures = 0;
  return async () => {
    try {
      const value = await run();
      failures = 0;
      return value;
    } catch (error) {
      failures += 1;
      if (isAbort(error) || failures > most) throw error;
      return undefined;
    }
  };
}

async function lookAt(client: HttpClient, id: string, signal: AbortSignal | undefined): Promise<Job | undefined> {
  const answer = await client.send({ path: `/sdcpp/v1/jobs/${id}`, signal });
  const isLost = answer.status === 404 || answer.status === 410;
  return isLost ? { status: 'failed', error: { code: 'lost', message: '' } } : client.read(answer, job);
}

/** Undefined while it waits or is made. */
function picturesOf(client: HttpClient, { status, result, error }: Job): string[] | undefined {
  if (status === 'queued' || status === 'generating') return undefined;
  const images = result?.images ?? [];
  if (status === 'completed' && images.length > 0) {
    return images.toSorted((one, other) => one.index - other.index).map(({ b64_json }) => b64_json);
  }
  // Its message may quote the prompt.
  const { code = '', message = '' } = error ?? {};
  const reported = `job ${status} ${codeOnly(code)}`.trim();
  if (saysOutOfMemory(message) || madeNothing.test(message)) throw new OutOfMemory(reported);
  const reason = reasonFor(status, code);
  throw new GeneratorFault(`${client.name} ${reason} Try again.`, {
    cause: new Error(reported),
    forOperator: `${client.name} ${reason} Its own log says why.`,
  });
}

function reasonFor(status: Job['status'], code: string): string {
  if (code === 'lost') return 'lost the job: it restarted, or the pictures waited too long to be fetched.';
  if (status === 'cancelled') return 'was told by somebody else to cancel this job.';
  return 'could not make the picture.';
}

function progressOf({ status, progress_step: step, progress_steps: steps }: Job): GenerationProgress | undefined {
  if (status !== 'generating' || !step || !steps) return undefined;
  return { fraction: Math.min(1, step / steps), step, steps };
}

/** A job that waits is taken from the queue. One that is being made goes on (409), and nobody fetches what it makes. */
async function cancel(client: HttpClient, id: string): Promise<void> {
  const call = { path: `/sdcpp/v1/jobs/${id}/cancel`, method: 'POST', timeoutMs: cancelTimeoutMs } as const;
  await client.send(call).catch(() => undefined);
}
