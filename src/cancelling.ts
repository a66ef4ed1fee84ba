import type { Services } from './command.ts';
import { BotError } from './errors.ts';
import type { JobPayload } from './job.ts';
import type { Queue } from './queue/queue.ts';

/** Cancelling by people: their own jobs, and for moderators those of the scope that they moderate. */
export function createCancelling(
  queue: Pick<Queue<JobPayload>, 'find' | 'all' | 'cancel'>,
): Pick<Services, 'cancelJob' | 'cancelAllOf'> {
  return {
    async cancelJob(jobId, by) {
      const job = await queue.find(jobId);
      const mayCancel = job?.owner === by.user || (by.moderator && job?.scope === by.scope);
      if (job && !mayCancel) throw new BotError('forbidden', 'Only the person who asked for this can cancel it.');
      return queue.cancel(jobId);
    },
    async cancelAllOf(user, { except }) {
      const others = (await queue.all()).filter((job) => job.owner === user && job.id !== except);
      await Promise.all(others.map(({ id }) => queue.cancel(id)));
    },
  };
}
