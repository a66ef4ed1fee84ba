import type { ProgressUpdate } from '../../src/chat.ts';
import type { Logger } from '../../src/log.ts';
import type { DiscordApi } from './api.ts';
import { isChannelGone, isMessageGone } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { Places } from './places.ts';
import type { Posted, Posts } from './posts.ts';
import { renderProgress } from './render/progress.ts';

/** Jobs under way, each shown as one message that is edited and at last removed. */
export interface Progress {
  show(thread: string, update: ProgressUpdate): Promise<void>;
  /** Stops all timers. */
  stop(): void;
}

interface ProgressParts {
  api: DiscordApi;
  places: Places;
  posts: Posts;
  log: Logger;
  /** Milliseconds between two edits of one message. */
  editEveryMs: number;
  /** What is done sooner shows no progress at all. */
  firstAfterMs: number;
}

interface Job {
  thread: string;
  latest: ProgressUpdate;
  shown?: { posted: Posted; text: string; update: ProgressUpdate } | undefined;
  timer?: NodeJS.Timeout | undefined;
  /** The requests of this job, one after the other. */
  work: Promise<void>;
  over: boolean;
}

const first: OutgoingMessage = { content: '⏳' };

export function createProgress({ api, places, posts, log, editEveryMs, firstAfterMs }: ProgressParts): Progress {
  const jobs = new Map<string, Job>();

  async function show(thread: string, update: ProgressUpdate): Promise<void> {
    if (places.find(thread)?.personal) return;
    if (update.status !== 'queued' && update.status !== 'running') return end(thread, update);
    const job = jobs.get(update.jobId) ?? begin(thread, update);
    job.latest = update;
    job.timer ??= later(job, editEveryMs);
  }

  function begin(thread: string, update: ProgressUpdate): Job {
    const job: Job = { thread, latest: update, work: Promise.resolve(), over: false };
    jobs.set(update.jobId, job);
    job.timer = later(job, firstAfterMs);
    return job;
  }

  function later(job: Job, wait: number): NodeJS.Timeout {
    return setTimeout(() => {
      job.work = job.work
        .then(() => display(job))
        .catch((error: unknown) => log.warn({ err: error }, 'the progress could not be shown'))
        .finally(() => {
          // What came while this was sent is shown with the next edit.
          const isBehind = !job.over && job.shown !== undefined && job.shown.update !== job.latest;
          job.timer = isBehind ? later(job, editEveryMs) : undefined;
        });
    }, wait);
  }

  async function display(job: Job): Promise<void> {
    if (job.over) return;
    const update = job.latest;
    const message = renderProgress(update);
    const text = JSON.stringify(message);
    const key = keyOf(job.thread, update.jobId);
    // Posted with the same words every time, so that a killed process's message is recognised.
    const posted =
      job.shown?.posted ?? posts.find(key) ?? (await posts.post(await places.open(job.thread), [first], key));
    const isNew = job.shown?.text !== text;
    job.shown = { posted, text, update };
    // Removed by hand: it stays away.
    if (isNew) await api.editMessage(posted.channel, posted.message, message).catch(ignoreGone);
  }

  async function end(thread: string, { jobId }: ProgressUpdate): Promise<void> {
    const job = jobs.get(jobId);
    jobs.delete(jobId);
    if (job) {
      job.over = true;
      clearTimeout(job.timer);
      await job.work;
    }
    const posted = job?.shown?.posted ?? posts.find(keyOf(thread, jobId));
    if (posted) await posts.remove(posted);
  }

  return {
    show,
    stop() {
      for (const { timer } of jobs.values()) clearTimeout(timer);
      jobs.clear();
    },
  };
}

function keyOf(thread: string, jobId: string): string {
  return `${thread}/progress/${jobId}`;
}

function ignoreGone(error: unknown): void {
  if (!isMessageGone(error) && !isChannelGone(error)) throw error;
}
