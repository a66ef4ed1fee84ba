import type { ProgressUpdate } from '../../src/chat.ts';
import type { Logger } from '../../src/log.ts';
import type { DiscordApi } from './api.ts';
import { isClosed, isMessageGone } from './failures.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { Places } from './places.ts';
import type { Posted, Posts } from './posts.ts';
import { previewFiles, renderProgress } from './render/progress.ts';

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
  botId(): string;
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
  /** Discord takes no files here. */
  withoutPreviews?: boolean;
  timer?: NodeJS.Timeout | undefined;
  /** The requests of this job, one after the other. */
  work: Promise<void>;
  over: boolean;
}

const first: OutgoingMessage = { content: '⏳' };

export function createProgress({ api, places, posts, botId, log, editEveryMs, firstAfterMs }: ProgressParts): Progress {
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
    const preview = update.preview === job.shown?.update.preview ? undefined : update.preview;
    const key = keyOf(job.thread, update.jobId);
    // Posted with the same words every time, so that a killed process's message is recognised.
    const posted =
      job.shown?.posted ??
      posts.find(key) ??
      (await posts.post(posts.ordinary(await places.open(job.thread)), [first], key));
    const isNew = job.shown?.text !== text || preview !== undefined;
    job.shown = { posted, text, update };
    if (isNew) await edit(job, posted, message, preview);
  }

  /** An edit with a file takes the place of the file before; one without leaves it. */
  async function edit(job: Job, { channel, message }: Posted, content: OutgoingMessage, preview?: Uint8Array) {
    const files = preview && !job.withoutPreviews ? await previewFiles(preview) : [];
    try {
      await api.editMessage(channel, message, files.length > 0 ? { ...content, files } : content);
    } catch (error) {
      // Removed by hand, or in a thread that was closed: it stays away.
      if (isMessageGone(error) || isClosed(error)) return;
      if (files.length === 0) throw error;
      job.withoutPreviews = true;
      await api.editMessage(channel, message, content);
    }
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
    if (places.find(thread)?.isAdopted) await removeOfAnother(thread, jobId);
  }

  /** What a process showed that can't remove it any more is known by its control. */
  async function removeOfAnother(thread: string, jobId: string): Promise<void> {
    const channel = await places.open(thread);
    const control = JSON.stringify(`cancel:${jobId}`);
    for (const message of await api.messagesBefore(channel, undefined)) {
      const isIts = JSON.stringify(message.components ?? []).includes(control);
      if (isIts && message.author?.id === botId()) await posts.remove({ channel, message: message.id });
    }
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
