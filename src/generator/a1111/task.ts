import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerationProgress } from '../generator.ts';
import type { HttpClient } from '../http.ts';
import { readBase64Picture } from '../picture.ts';
import { type Progress, progress } from './answers.ts';

const lookTimeoutMs = 5_000;
/** Previews are decoded, encoded and sent by the GPU's machine, so only every so many looks. */
const looksPerPreview = 3;
/** Between two tasks a server is idle for a moment, and while it loads a model it answers nothing. */
const looksToBeIdle = 10;

/** Of a whole task, 0 to 1. */
const nearlyDone = 0.95;

export interface Task {
  /** Sent as `force_task_id`. */
  id: string;
  /** Nothing else ran on the server just before, and no other request of ours is under way. */
  startedAlone: boolean;
}

/** What runs on the server, or undefined where it can't tell. */
export async function look(
  client: HttpClient,
  options: { withPreview?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Progress | undefined> {
  const query = { skip_current_image: String(!options.withPreview) };
  const call = { path: '/sdapi/v1/progress', query, timeoutMs: lookTimeoutMs, signal: options.signal };
  return client.ask(call, progress).catch(() => undefined);
}

/**
 * Reports how far a task is until the signal aborts. The server tells only of what runs now, whoever asked for it: with
 * `current_task` (A1111 1.8, Forge) it is ours exactly if the id is; without (SD.Next, older builds) only if the server
 * was idle when we began and the job is still the first that came then. Otherwise nothing is reported.
 */
export async function watch(
  client: HttpClient,
  task: Task,
  options: { pollMs: number; onProgress: (progress: GenerationProgress) => void; signal: AbortSignal },
): Promise<void> {
  const { pollMs, onProgress, signal } = options;
  let firstJob: string | undefined;
  for (let looks = 1; !signal.aborted; looks += 1) {
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    const seen = await look(client, { withPreview: looks % looksPerPreview === 0, signal });
    if (!seen || signal.aborted || seen.state.job_count === 0) continue;
    if (seen.current_task === undefined) firstJob ??= seen.state.job_timestamp;
    const isOurs =
      seen.current_task === undefined
        ? task.startedAlone && seen.state.job_timestamp === firstJob
        : seen.current_task === task.id;
    if (isOurs) onProgress(await toProgress(seen));
  }
}

/**
 * Stops a task that nobody waits for any more, as soon as it is provably the one that runs: the server's interrupt knows
 * no ids and stops whatever runs. Resolves after a first look; a task that still waits there is stopped when its turn comes,
 * within `forMs`. A server that tells no task ids does it to its end.
 */
export async function abandon(client: HttpClient, task: Task, times: { pollMs: number; forMs: number }): Promise<void> {
  const seen = await look(client);
  if (seen?.current_task === task.id) return interrupt(client, task);
  if (seen && seen.current_task === undefined) return;
  void stopAtItsTurn(client, task, times);
}

/** Ends early when the server is idle or gone: then the task does not wait there. */
async function stopAtItsTurn(client: HttpClient, task: Task, { pollMs, forMs }: { pollMs: number; forMs: number }) {
  const until = performance.now() + forMs;
  for (let idleLooks = 0; idleLooks < looksToBeIdle && performance.now() < until; ) {
    await sleep(pollMs, undefined, { ref: false });
    const seen = await look(client);
    if (seen?.current_task === task.id) return interrupt(client, task);
    idleLooks = seen?.current_task ? 0 : idleLooks + 1;
  }
}

/**
 * Looks once more, since a busy server may have answered the look before it late, and lets a task end by itself that is
 * nearly done: so the interrupt hits another one only if the last part of the task passes within this look's way back and
 * the interrupt's way there.
 */
async function interrupt(client: HttpClient, task: Task): Promise<void> {
  const seen = await look(client);
  if (seen?.current_task !== task.id || seen.progress > nearlyDone) return;
  await client.send({ path: '/sdapi/v1/interrupt', method: 'POST', timeoutMs: lookTimeoutMs }).catch(() => undefined);
}

async function toProgress(seen: Progress): Promise<GenerationProgress> {
  const { sampling_step: step, sampling_steps: steps } = seen.state;
  const preview = seen.current_image && (await readBase64Picture(seen.current_image, '').catch(() => undefined));
  return {
    fraction: Math.min(1, Math.max(0, seen.progress)),
    ...(steps > 0 ? { step: Math.min(step, steps), steps } : {}),
    ...(seen.eta_relative > 0 ? { etaSeconds: seen.eta_relative } : {}),
    ...(preview ? { preview: preview.bytes } : {}),
  };
}
