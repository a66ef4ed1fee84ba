import { setTimeout as sleep } from 'node:timers/promises';

/** What `shared.state` of the server knows of the job that runs. */
export interface RunningJob {
  taskId: string;
  jobNo: number;
  jobCount: number;
  step: number;
  steps: number;
  timestamp: string;
  startedAt: number;
  interrupted: boolean;
  preview: Buffer | undefined;
}

export interface ServerState {
  current(): RunningJob | undefined;
  /** Task ids of the jobs that ended before their end. */
  interrupted: string[];
  /** Task ids that waited for the lock, or have it. */
  accepted: string[];
  interrupt(): void;
  /** While held no job makes a step. */
  hold(): void;
  release(): void;
  /** Runs one job at a time (`queue_lock`): picture by picture, step by step; undefined for the pictures an interrupt left out. */
  run<Picture>(
    job: { taskId: string; count: number; steps: number },
    draw: (index: number) => Promise<Picture>,
    preview: () => Promise<Buffer>,
  ): Promise<Picture[]>;
}

const stepMs = 2;

/** modules/shared_state.py, modules/call_queue.py. */
export function createServerState(): ServerState {
  let current: RunningJob | undefined;
  let lock: Promise<unknown> = Promise.resolve();
  let jobs = 0;
  let isHeld = false;
  const interrupted: string[] = [];
  const accepted: string[] = [];

  async function steps(job: RunningJob) {
    while (job.step < job.steps && !job.interrupted) {
      await sleep(stepMs);
      if (!isHeld) job.step += 1;
    }
  }

  async function runLocked<Picture>(
    { taskId, count, steps: total }: { taskId: string; count: number; steps: number },
    draw: (index: number) => Promise<Picture>,
    preview: () => Promise<Buffer>,
  ) {
    jobs += 1;
    const job: RunningJob = {
      ...{ taskId, jobNo: 0, jobCount: count, step: 0, steps: total, interrupted: false, startedAt: Date.now() },
      timestamp: `20260101${String(jobs).padStart(6, '0')}`,
      preview: await preview(),
    };
    current = job;
    const pictures: Picture[] = [];
    try {
      for (; job.jobNo < count && !job.interrupted; job.jobNo += 1) {
        job.step = 0;
        await steps(job);
        pictures.push(await draw(job.jobNo));
      }
      return pictures;
    } finally {
      if (job.interrupted) interrupted.push(taskId);
      current = undefined;
    }
  }

  return {
    current: () => current,
    interrupted,
    accepted,
    interrupt() {
      if (current) current.interrupted = true;
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
    },
    run(job, draw, preview) {
      accepted.push(job.taskId);
      const result = lock.then(() => runLocked(job, draw, preview));
      lock = result.catch(() => undefined);
      return result;
    },
  };
}
