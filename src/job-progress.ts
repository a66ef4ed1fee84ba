import type { ProgressUpdate, Thread } from './chat.ts';
import type { JobPayload } from './job.ts';
import type { Logger } from './log.ts';
import type { JobControl, Place, QueuedJob, QueueHandlers } from './queue/queue.ts';
import type { StageProgress } from './run.ts';

type Job = QueuedJob<JobPayload>;

/** Shows how a running job goes; never fails. */
export type Report = (
  status: 'running' | 'done' | 'failed' | 'cancelled',
  label: string,
  details?: StageProgress,
) => Promise<void>;

export function reporterOf(job: Job, thread: Thread, { usualSeconds }: JobControl, log: Logger): Report {
  const began = performance.now();
  return async (status, label, details) => {
    const passed = (performance.now() - began) / 1000;
    const update = {
      jobId: job.id,
      status,
      label,
      ...details,
      etaSeconds: details?.etaSeconds ?? remaining(usualSeconds, passed),
      cancel: status === 'running' && job.lane === 'image' ? cancelAction(job) : undefined,
    };
    await thread
      .progress(update)
      .catch((error: unknown) => log.warn({ err: error }, 'the progress could not be shown'));
  };
}

/** Shows where waiting jobs stand. */
export function createPlaceReports(
  threadOf: (job: Job) => Thread,
  log: Logger,
): Required<Pick<QueueHandlers<JobPayload>, 'moved' | 'left'>> {
  function show(job: Job, update: ProgressUpdate) {
    const logFailure = (error: unknown) => log.warn({ err: error, job: job.id }, 'the queue place could not be shown');
    try {
      threadOf(job).progress(update).catch(logFailure);
    } catch (error) {
      logFailure(error);
    }
  }

  return {
    moved(job, { ahead, etaSeconds }: Place) {
      if (job.payload.task.kind === 'action' && job.lane === 'quick') return;
      const label = ahead === 0 ? 'Next in line' : `${ahead} ahead in the queue`;
      show(job, { jobId: job.id, status: 'queued', label, ahead, etaSeconds, cancel: cancelAction(job) });
    },
    /** Takes the place in line away; the process that does the job now shows how it goes. */
    left: (job) => show(job, { jobId: job.id, status: 'done', label: 'Done elsewhere' }),
  };
}

function remaining(usualSeconds: number | undefined, passed: number): number | undefined {
  return usualSeconds === undefined ? undefined : Math.max(0, usualSeconds - passed);
}

function cancelAction(job: Job) {
  return { id: `cancel:${job.id}`, label: 'Cancel', emoji: '✖️' };
}
