import type { JobRecords } from './lmdb-records.ts';
import { usedKey } from './lmdb-records.ts';
import type { NewJob, QueuedJob } from './queue.ts';
import { type Quota, quotaDay, quotaExceeded } from './quota.ts';

type Charged = QueuedJob<unknown>['charged'];

/** The daily quota, counted in LMDB. */
export function createAllowance<Payload>({ jobs, used, commit }: JobRecords<Payload>, quota: Quota | undefined) {
  /** What a new job takes, and the writes that take it. Throws BotError `quota_exceeded`. */
  function take({ owner, pictures, exempt }: NewJob<Payload>) {
    if (!quota || exempt || pictures === 0) return { charged: undefined, changes: [] };
    const day = quotaDay(new Date(), quota.reset);
    return { charged: { day, pictures }, changes: [count(quota, owner, { day, pictures }, 0)] };
  }

  function count(limits: Quota, owner: string, { day, pictures }: NonNullable<Charged>, before: number) {
    const key = usedKey(day, owner);
    const others = (used.get(key) ?? 0) - before;
    if (pictures > before && others + pictures > limits.daily)
      throw quotaExceeded(limits, others, pictures, new Date());
    return used.set(key, Math.max(0, others + pictures));
  }

  async function change(id: string, pictures: number) {
    const job = jobs.get(id);
    if (!quota || !job?.charged || job.charged.pictures === pictures) return;
    const charged = { ...job.charged, pictures };
    await commit(jobs.set(id, { ...job, charged }), count(quota, job.owner, charged, job.charged.pictures));
  }

  /** The writes that forget the counts of former days. */
  function outdated() {
    const today = quota && quotaDay(new Date(), quota.reset);
    return used.entries().flatMap(([key]) => (today && key.startsWith(today) ? [] : used.remove(key)));
  }

  return { take, change, outdated };
}
