import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { orAborted } from '../../or-aborted.ts';
import { GeneratorFault, operatorsFault } from '../fault.ts';
import { isGood } from '../http.ts';
import { type ComfyuiApi, promptIdIn, type Submission } from './api.ts';
import { executionFailure } from './failures.ts';
import type { Ending, ImageRef } from './history.ts';
import type { JobMessage } from './messages.ts';
import { listen } from './socket.ts';
import type { Graph } from './workflow.ts';

export interface JobOptions {
  /** Where its websocket is, and the headers that log in. */
  socket: { url: string; headers: Readonly<Record<string, string>> };
  /** The server as messages name it. */
  sender: string;
  signal: AbortSignal;
  onMessage(message: Exclude<JobMessage, { kind: 'ended' }>): void;
  /** What a status other than 200 to the submission means. */
  onRejected(answer: Awaited<ReturnType<ComfyuiApi['submit']>>): Promise<Error>;
}

// The history tells the end for certain; the websocket only tells when to look. Without it, this is how late we look.
const lookEveryMs = 2000;
const lookAgainMs = 50;
const looksAfterEnd = 40;
/** How long a run waits for its job to be cancelled; a server that is stuck hears of it for longer, meanwhile. */
const cancelMs = 5000;
const stuckMs = 60_000;
/** Looks in a row that may fail, as while a server restarts. */
const failedLooks = 4;

/**
 * Runs one workflow to its end, and names the pictures it made. Where that fails or is aborted while the server may still
 * have the job, it is taken from the server's queue, or interrupted alone: nobody waits for it any more. Throws
 * BotErrors, and OutOfMemory.
 */
export async function runJob(api: ComfyuiApi, graph: Graph, options: JobOptions): Promise<ImageRef[]> {
  const { signal, socket, sender, onMessage } = options;
  const job: Submission = { promptId: randomUUID(), clientId: randomUUID() };
  const end = createWakeUp();
  const listening = listen({
    url: `${socket.url}?clientId=${job.clientId}`,
    headers: socket.headers,
    promptId: () => job.promptId,
    onMessage: (message) => (message.kind === 'ended' ? end.wake() : onMessage(message)),
  });
  let isThere = false;
  try {
    await orAborted(listening.ready, signal);
    isThere = true;
    const answer = await api.submit(graph, job, { signal });
    if (!isGood(answer)) {
      isThere = answer.status !== 400;
      throw await options.onRejected(answer);
    }
    job.promptId = promptIdIn(answer) ?? job.promptId;
    const ending = await waitForEnd(api, job, { signal, sender, end });
    isThere = false;
    return imagesOf(ending, sender);
  } catch (error) {
    if (isThere) await cancel(api, job);
    throw error;
  } finally {
    listening.close();
  }
}

/** With a time of its own: the signal may be spent, and the server must hear of it before this process may end. */
async function cancel(api: ComfyuiApi, job: Submission): Promise<void> {
  const hearing = api.cancel(job, { signal: AbortSignal.timeout(stuckMs) }).catch(() => undefined);
  const patience = new AbortController();
  await Promise.race([hearing, sleep(cancelMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
}

async function waitForEnd(
  api: ComfyuiApi,
  job: Submission,
  { signal, sender, end }: { signal: AbortSignal; sender: string; end: WakeUp },
): Promise<Ending> {
  let failures = 0;
  for (;;) {
    await end.sleep(signal);
    try {
      // In this order: a job that ends moves from the queue to the history at once.
      const isQueued = end.isAwake() || (await api.queuedId(job, { signal })) !== undefined;
      const ending = await api.endingOfJob(job.promptId, { signal });
      if (ending) return ending;
      if (!isQueued) throw lost(sender);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (signal.aborted || error instanceof LostJob || failures >= failedLooks) throw error;
    }
  }
}

function imagesOf(ending: Ending, sender: string): ImageRef[] {
  if (ending.kind === 'failed') throw executionFailure(sender, ending.data);
  if (ending.kind === 'interrupted') {
    throw new GeneratorFault(`Somebody stopped this run on the server (${sender}). Try again.`);
  }
  if (ending.images.length === 0) {
    throw operatorsFault(
      `${sender} made nothing that it saved`,
      'The workflow ran, but has no node that saves a picture: give COMFYUI_WORKFLOW a SaveImage node.',
    );
  }
  return ending.images;
}

class LostJob extends GeneratorFault {}

function lost(sender: string): LostJob {
  return new LostJob(`${sender} lost this run; it may have been restarted. Try again.`);
}

type WakeUp = ReturnType<typeof createWakeUp>;

/** Sleeps until it is time to look, or the websocket said that the end has come. */
function createWakeUp() {
  // The history has the end a moment after the websocket tells it.
  let soonLooks = 0;
  let wakeSleeper = () => {};
  return {
    isAwake: () => soonLooks > 0,
    wake() {
      soonLooks = looksAfterEnd;
      wakeSleeper();
    },
    async sleep(signal: AbortSignal): Promise<void> {
      const waking = new Promise<void>((resolve) => {
        wakeSleeper = resolve;
      });
      const timer = setTimeout(() => wakeSleeper(), soonLooks > 0 ? lookAgainMs : lookEveryMs);
      soonLooks = Math.max(0, soonLooks - 1);
      await orAborted(waking, signal).finally(() => clearTimeout(timer));
    },
  };
}
