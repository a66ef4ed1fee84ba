import { isHandedBack } from './interruption.ts';
import type { JobControl } from './queue.ts';
import { type Quota, quotaExceeded } from './quota.ts';
import type { Entry, RedisJobs } from './redis-jobs.ts';

interface ControlParts {
  jobs: RedisJobs;
  entry: Entry;
  quota: Quota | undefined;
  signal: AbortSignal;
  usualSeconds: number | undefined;
}

/** What a job of the shared queue is given: its steps are recorded in Redis, so that another process can go on with it. */
export function createControl({ jobs, entry, quota, signal, usualSeconds }: ControlParts): JobControl {
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
      await jobs.recordStep(entry, name, value);
      return value;
    },
    async charge(pictures) {
      if (!quota) return;
      const { isTaken, others } = await jobs.charge(entry, pictures, quota.daily);
      if (!isTaken) throw quotaExceeded(quota, others, pictures, new Date());
    },
  };
}
