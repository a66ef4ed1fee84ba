import type { ProgressUpdate } from '../../src/chat.ts';
import { createPreviews } from './previews.ts';
import { isFinal, type JobRecord, type ThreadStatus, threadStatus } from './records.ts';
import type { Threads } from './threads.ts';

/** An update as pages see it; how its picture looks so far comes apart from it, and not with every step. */
export type ShownProgress = Omit<ProgressUpdate, 'preview'>;

/** Where the jobs of each thread stand: how each ended is kept on disk, what goes on right now in memory only. */
export interface Jobs {
  /** Called before a request is answered, so that no client sees an old "done" after its 202. A control is a press or a reaction. */
  accepted(thread: string, job: { jobId: string; ahead: number; isControl: boolean }): Promise<void>;
  /** Takes updates in any order: a job that ended stays ended. */
  update(thread: string, update: ProgressUpdate): Promise<void>;
  status(thread: string): ThreadStatus;
  /** The latest update of each job that goes on. */
  progress(thread: string): ShownProgress[];
  /** How a job's picture looks so far, as a `data:` address. */
  preview(jobId: string): string | undefined;
}

/** `onChange` is called with the thread's id when only the live part changed. */
export function createJobs(threads: Threads, onChange: (thread: string) => void): Jobs {
  const live = new Map<string, Map<string, ShownProgress>>();
  const threadOf = new Map<string, string>();
  const previews = createPreviews((jobId) => onChange(threadOf.get(jobId) ?? ''));

  function hasEnded(thread: string, jobId: string): boolean {
    const job = threads.find(thread)?.jobs[jobId];
    return job !== undefined && isFinal(job.status);
  }

  function forget(thread: string, jobId: string): void {
    previews.forget(jobId);
    threadOf.delete(jobId);
    live.get(thread)?.delete(jobId);
    if (live.get(thread)?.size === 0) live.delete(thread);
  }

  function show(thread: string, { preview, ...update }: ProgressUpdate): void {
    const updates = live.get(thread) ?? new Map<string, ShownProgress>();
    live.set(thread, updates.set(update.jobId, update));
    threadOf.set(update.jobId, thread);
    if (preview) void previews.offer(update.jobId, preview);
  }

  async function record(thread: string, { jobId, status }: ProgressUpdate): Promise<void> {
    if (threads.find(thread)?.jobs[jobId]?.status === status) return onChange(thread);
    await change(thread, jobId, (known) => (known && isFinal(known.status) ? known : { ...known, ...now(status) }));
  }

  function change(thread: string, jobId: string, changeOf: (known: JobRecord | undefined) => JobRecord): Promise<void> {
    return threads.changeJobs(thread, (jobs) => ({ ...jobs, [jobId]: changeOf(jobs[jobId]) }));
  }

  return {
    async accepted(thread, { jobId, ahead, isControl }) {
      // A quick job may have ended before it is known what it was.
      await change(thread, jobId, (known) => ({ ...(known ?? now('queued')), isControl }));
      const isWaiting = threads.find(thread)?.jobs[jobId]?.status === 'queued';
      if (isWaiting && !live.get(thread)?.has(jobId)) {
        show(thread, { jobId, status: 'queued', label: 'Waiting', ahead });
        onChange(thread);
      }
    },
    async update(thread, update) {
      if (!isFinal(update.status)) show(thread, update);
      await record(thread, update);
      if (hasEnded(thread, update.jobId)) {
        forget(thread, update.jobId);
        onChange(thread);
      }
    },
    status: (thread) => threadStatus(threads.find(thread)?.jobs ?? {}),
    progress: (thread) => [...(live.get(thread)?.values() ?? [])],
    preview: previews.of,
  };
}

function now(status: JobRecord['status']): JobRecord {
  return { status, at: Date.now() };
}
