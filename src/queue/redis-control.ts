import { handingBack, isHandedBack } from './interruption.ts';
import type { JobControl } from './queue.ts';
import { type Quota, quotaExceeded } from './quota.ts';
import type { Entry, RedisJobs } from './redis-jobs.ts';

interface ControlParts {
  jobs: RedisJobs;
  entry: Entry;
  quota: Quota | undefined;
  controller: AbortController;
  usualSeconds: number | undefined;
}

/**
 * What a job of the shared queue is given: its steps are recorded in Redis, so that another process can go on with it. Once one
 * does, this run records and takes nothing any more: it is aborted as one that is handed back.
 */
export function createControl({ jobs, entry, quota, controller, usualSeconds }: ControlParts): JobControl {
  const { signal } = controller;

  function lose(): never {
    controller.abort(handingBack());
    throw handingBack();
  }

  return {
    signal,
    usualSeconds,
    get cancelled() {
      return signal.aborted && !isHandedBack(signal);
    },
    async step<Value>(name: string, run: () => Promise<Value>) {
      const recorded = await jobs.step(entry.id, name);
      if (recorded) return recorded.value as Value;
      const value = await run();
      if (!(await jobs.recordStep(entry, name, value))) lose();
      return value;
    },
    recorded: async <Value>(prefix: string) => (await jobs.stepsStartingWith(entry.id, prefix)) as Value[],
    async charge(pictures) {
      if (!quota) return;
      const { outcome, others } = await jobs.charge(entry, pictures, quota.daily);
      if (outcome === 'lost') lose();
      if (outcome === 'exceeded') throw quotaExceeded(quota, others, pictures, new Date());
    },
  };
}
