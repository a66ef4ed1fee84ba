import { setTimeout as sleep } from 'node:timers/promises';

export type JobStatus = 'queued' | 'generating' | 'completed' | 'failed' | 'cancelled';

export interface FakeJob {
  id: string;
  status: JobStatus;
  step: number;
  steps: number;
  images: Buffer[];
  error: { code: string; message: string } | undefined;
}

export interface JobManager {
  all: FakeJob[];
  /** Undefined: the queue is full. */
  add(steps: number, draw: () => Promise<Buffer[]>): FakeJob | undefined;
  find(id: string): FakeJob | undefined;
  /** False while it is being made. */
  cancel(job: FakeJob): boolean;
  /** Forgets every job: 410 from then on. */
  expireAll(): void;
  hasExpired(id: string): boolean;
  /** While held no job makes a step. */
  hold(): void;
  release(): void;
}

const stepMs = 2;

/** `AsyncJobManager` and `async_job_worker` of examples/server/async_jobs.cpp: one job at a time, in order. */
export function createJobManager(maxPending: number): JobManager {
  const all: FakeJob[] = [];
  const expired = new Set<string>();
  let worker: Promise<void> = Promise.resolve();
  let isHeld = false;
  let next = 0;

  async function work(job: FakeJob, draw: () => Promise<Buffer[]>) {
    if (job.status !== 'queued') return;
    job.status = 'generating';
    while (job.step < job.steps) {
      await sleep(stepMs);
      if (!isHeld) job.step += 1;
    }
    try {
      job.images = await draw();
      job.status = 'completed';
    } catch (error) {
      job.status = 'failed';
      job.error = { code: 'generation_failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  return {
    all,
    add(steps, draw) {
      const pending = all.filter(({ status }) => status === 'queued' || status === 'generating');
      if (pending.length >= maxPending) return undefined;
      next += 1;
      const id = `job_68_${String(next).padStart(8, '0')}`;
      const job: FakeJob = { id, status: 'queued', step: 0, steps, images: [], error: undefined };
      all.push(job);
      worker = worker.then(() => work(job, draw));
      return job;
    },
    find: (id) => all.find((job) => job.id === id),
    cancel(job) {
      if (job.status === 'generating') return false;
      if (job.status === 'queued') {
        job.status = 'cancelled';
        job.error = { code: 'cancelled', message: 'job cancelled by client' };
      }
      return true;
    },
    expireAll() {
      for (const { id } of all.splice(0)) expired.add(id);
    },
    hasExpired: (id) => expired.has(id),
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
    },
  };
}
