import type { SSEStreamingApi } from 'hono/streaming';
import { BotError } from '../../src/errors.ts';
import type { Jobs } from './jobs.ts';
import type { Threads } from './threads.ts';
import { messageView } from './view.ts';

const heartbeatMilliseconds = 15_000;
const retryMilliseconds = 1_500;

/** Tells open event streams that a thread changed. */
export interface Hub {
  notify(thread: string): void;
  /** Registers a waiting stream; call the result to leave. Throws BotError `queue_full` when too many are open. */
  join(thread: string, wake: () => void): () => void;
  /** Ends every stream, for good. */
  close(): void;
  readonly closed: AbortSignal;
}

export function createHub(maxStreams: number): Hub {
  const waiting = new Map<string, Set<() => void>>();
  const closing = new AbortController();
  let open = 0;
  return {
    closed: closing.signal,
    notify(thread) {
      for (const wake of waiting.get(thread) ?? []) wake();
    },
    join(thread, wake) {
      if (open >= maxStreams) {
        throw new BotError('queue_full', 'Too many pages listen at once. Close some, or try again in a moment.');
      }
      open += 1;
      const wakes = waiting.get(thread) ?? new Set();
      waiting.set(thread, wakes.add(wake));
      return () => {
        open -= 1;
        wakes.delete(wake);
        if (wakes.size === 0) waiting.delete(thread);
      };
    },
    close: () => closing.abort(),
  };
}

interface Follow {
  thread: string;
  viewer: string;
  /** Messages that changed after this revision are sent; 0 sends all. */
  after: number;
  hub: Hub;
  threads: Threads;
  jobs: Jobs;
  signal: AbortSignal;
}

/**
 * Sends a thread's changes until the client leaves or the adapter stops: `message` and `removed` with the revision as
 * their id, `status` and `preview` without one. The stream compares itself with the stored thread each time it is woken, so a slow
 * client costs no memory and misses nothing, and a resume works after a restart.
 */
export function createFollower(options: Follow) {
  const { thread, viewer, hub, jobs } = options;
  const threads = options.threads.as(viewer);
  const ended = AbortSignal.any([options.signal, hub.closed]);
  const bell = createBell();
  const leave = hub.join(thread, bell.ring);
  ended.addEventListener('abort', bell.ring);

  return async (stream: SSEStreamingApi): Promise<void> => {
    let revision = options.after;
    let shown = '';
    const previews = new Map<string, string>();
    try {
      await stream.write(`retry: ${retryMilliseconds}\n\n`);
      while (!ended.aborted && !stream.closed && threads.find(thread)) {
        const changes = threads.changesSince(thread, revision);
        const status = JSON.stringify({
          status: jobs.status(thread),
          progress: jobs.progress(thread),
        });
        for (const change of changes) {
          revision = change.revision;
          const body = change.removed ? { id: change.id } : messageView(change, viewer);
          const event = change.removed ? 'removed' : 'message';
          await stream.writeSSE({ event, id: String(revision), data: JSON.stringify(body) });
        }
        if (status !== shown) await stream.writeSSE({ event: 'status', data: status });
        shown = status;
        for (const { jobId } of jobs.progress(thread)) {
          const preview = jobs.preview(jobId);
          if (preview === undefined || previews.get(jobId) === preview) continue;
          previews.set(jobId, preview);
          await stream.writeSSE({ event: 'preview', data: JSON.stringify({ jobId, preview }) });
        }
        if ((await bell.wait(heartbeatMilliseconds)) === 'timeout') await stream.write(': still here\n\n');
      }
    } finally {
      ended.removeEventListener('abort', bell.ring);
      leave();
    }
  };
}

/** Remembers a ring while nobody waits, so that none is lost between a read and the wait. */
function createBell() {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    async wait(milliseconds: number): Promise<'rung' | 'timeout'> {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const outcome = isRung ? 'rung' : 'timeout';
      isRung = false;
      return outcome;
    },
  };
}
