import { randomUUID } from 'node:crypto';
import { BotError } from '../../errors.ts';
import { orAborted } from '../../or-aborted.ts';
import { isGood } from '../http.ts';
import type { ComfyuiApi } from './api.ts';
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
const cancelMs = 5000;
/** Looks in a row that may fail, as while a server restarts. */
const failedLooks = 4;

/**
 * Runs one workflow to its end, and names the pictures it made. On an abort the job is taken from the server's queue,
 * or interrupted alone. Throws BotErrors, and OutOfMemory.
 */
export async function runJob(api: ComfyuiApi, graph: Graph, options: JobOptions): Promise<ImageRef[]> {
  const { signal, socket, sender, onMessage } = options;
  const ids = { promptId: randomUUID(), clientId: randomUUID() };
  const end = createWakeUp();
  const listening = listen({
    url: `${socket.url}?clientId=${ids.clientId}`,
    headers: socket.headers,
    promptId: ids.promptId,
    onMessage: (message) => (message.kind === 'ended' ? end.wake() : onMessage(message)),
  });
  try {
    await orAborted(listening.ready, signal);
    const answer = await api.submit(graph, ids, { signal });
    if (!isGood(answer)) throw await options.onRejected(answer);
    return imagesOf(await waitForEnd(api, ids.promptId, { signal, sender, end }), sender);
  } catch (error) {
    // Its own timeout: the signal is spent, and the server must hear of it before this process may end.
    if (signal.aborted)
      await api.cancel(ids.promptId, { signal: AbortSignal.timeout(cancelMs) }).catch(() => undefined);
    throw error;
  } finally {
    listening.close();
  }
}

async function waitForEnd(
  api: ComfyuiApi,
  promptId: string,
  { signal, sender, end }: { signal: AbortSignal; sender: string; end: WakeUp },
): Promise<Ending> {
  let failures = 0;
  for (;;) {
    await end.sleep(signal);
    try {
      // In this order: a job that ends moves from the queue to the history at once.
      const isQueued = end.isAwake() || (await api.isQueued(promptId, { signal }));
      const ending = await api.endingOfJob(promptId, { signal });
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
    throw new BotError('generator_failed', `Somebody stopped this run on the server (${sender}). Try again.`);
  }
  if (ending.images.length === 0) {
    throw new BotError(
      'generator_failed',
      `${sender} ran the workflow, but it saved no picture. Give it a SaveImage node.`,
    );
  }
  return ending.images;
}

class LostJob extends BotError {}

function lost(sender: string): LostJob {
  return new LostJob('generator_failed', `${sender} lost this run; it may have been restarted. Try again.`);
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
