import type { ProgressUpdate } from '../../src/chat.ts';
import { isFinal, type ThreadStatus, threadStatus } from './records.ts';
import type { Threads } from './threads.ts';

/** Where the jobs of each thread stand: how each ended is kept on disk, what goes on right now in memory only. */
export interface Jobs {
  /** Called before a request is answered, so that no client sees an old "done" after its 202. */
  accepted(thread: string, job: { jobId: string; ahead: number }): Promise<void>;
  /** Takes updates in any order: a job that ended stays ended. */
  update(thread: string, update: ProgressUpdate): Promise<void>;
  status(thread: string): ThreadStatus;
  /** The latest update of each job that goes on. */
  progress(thread: string): ProgressUpdate[];
}

/** `onChange` is called with the thread's id when only the live part changed. */
export function createJobs(threads: Threads, onChange: (thread: string) => void): Jobs {
  const live = new Map<string, Map<string, ProgressUpdate>>();

  function hasEnded(thread: string, jobId: string): boolean {
    const job = threads.find(thread)?.jobs[jobId];
    return job !== undefined && isFinal(job.status);
  }

  function forget(thread: string, jobId: string): void {
    live.get(thread)?.delete(jobId);
    if (live.get(thread)?.size === 0) live.delete(thread);
  }

  function show(thread: string, update: ProgressUpdate): void {
    const updates = live.get(thread) ?? new Map<string, ProgressUpdate>();
    live.set(thread, updates.set(update.jobId, update));
  }

  async function record(thread: string, update: Pick<ProgressUpdate, 'jobId' | 'status'>): Promise<void> {
    if (threads.find(thread)?.jobs[update.jobId]?.status === update.status) return onChange(thread);
    await threads.changeJobs(thread, (jobs) => {
      const known = jobs[update.jobId];
      if (known && isFinal(known.status)) return jobs;
      return { ...jobs, [update.jobId]: { status: update.status, at: Date.now() } };
    });
  }

  return {
    async accepted(thread, { jobId, ahead }) {
      await threads.changeJobs(thread, (jobs) =>
        jobs[jobId] ? jobs : { ...jobs, [jobId]: { status: 'queued', at: Date.now() } },
      );
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
  };
}
