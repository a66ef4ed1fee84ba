import { isAbort } from '../errors.ts';
import type { Logger } from '../log.ts';
import { blend } from './durations.ts';
import { isHandedBack } from './interruption.ts';
import type { createAllowance } from './lmdb-allowance.ts';
import { type JobRecords, servedKey } from './lmdb-records.ts';
import type { JobControl, QueuedJob, QueueHandlers } from './queue.ts';

interface RunsParts<Payload> {
  records: JobRecords<Payload>;
  allowance: ReturnType<typeof createAllowance<Payload>>;
  nextSequence(): number;
  log: Logger;
}

// A platform redelivers an event within minutes; a day leaves room for an outage.
const rememberFinishedMs = 24 * 60 * 60 * 1000;
const pruneEveryMs = 60 * 60 * 1000;

/** How the jobs of the queue in LMDB run, and what is kept of that. */
export function createRuns<Payload>({ records, allowance, nextSequence, log }: RunsParts<Payload>) {
  type Job = QueuedJob<Payload>;
  const { jobs, finished, served, durations, steps, commit } = records;
  let prunedAt = Number.NEGATIVE_INFINITY;

  /** From its beginning to its end, or until it is handed back. Throws where the disk does not take how it goes. */
  async function perform(job: Job, controller: AbortController, work: QueueHandlers<Payload>['work']) {
    const began = performance.now();
    let seconds: number | undefined;
    const begun = { ...(jobs.get(job.id) ?? job), begun: true, attempts: job.attempts + 1 };
    // An interrupted job had its turn before.
    const turn = job.begun || job.cancelled ? [] : [served.set(servedKey(job.lane, job.owner), nextSequence())];
    await commit(jobs.set(job.id, begun), ...turn);
    try {
      await work(begun, controlOf(begun, controller.signal));
      if (!controller.signal.aborted) seconds = (performance.now() - began) / 1000;
    } catch (error) {
      if (isHandedBack(controller.signal)) return handBack(begun);
      if (!isAbort(error)) log.error({ err: error, job: job.id }, 'a job ended with an error that it did not report');
    }
    await finish(begun, seconds);
  }

  function controlOf(job: Job, signal: AbortSignal): JobControl {
    return {
      signal,
      usualSeconds: durations.get(job.lane),
      get cancelled() {
        return signal.aborted && !isHandedBack(signal);
      },
      async step<Value>(name: string, run: () => Promise<Value>) {
        const recorded = steps.get(job.id, name);
        if (recorded) return recorded.value as Value;
        const value = await run();
        await steps.put(job.id, name, value);
        return value;
      },
      recorded: async <Value>(prefix: string) => steps.startingWith(job.id, prefix) as Value[],
      charge: (pictures) => allowance.change(job.id, pictures),
    };
  }

  async function handBack({ id }: Job) {
    const job = jobs.get(id);
    if (job) await commit(jobs.set(id, { ...job, attempts: job.attempts - 1 }));
  }

  async function finish({ id, lane, owner }: Job, seconds: number | undefined) {
    const isLast = !jobs.entries().some(([other, job]) => other !== id && job.lane === lane && job.owner === owner);
    const turn = isLast ? [served.remove(servedKey(lane, owner))] : [];
    const duration = seconds === undefined ? [] : [durations.set(lane, blend(durations.get(lane), seconds))];
    await commit(jobs.remove(id), finished.set(id, Date.now()), steps.removeAll(id), ...turn, ...duration);
    if (performance.now() - prunedAt > pruneEveryMs) prune();
  }

  /** Forgets what nobody will ask for again. */
  function prune() {
    prunedAt = performance.now();
    const horizon = Date.now() - rememberFinishedMs;
    const old = finished.entries().flatMap(([id, endedAt]) => (endedAt < horizon ? finished.remove(id) : []));
    const changes = [...old, ...allowance.outdated()];
    if (changes.length > 0) commit(...changes).catch(logLoss);
  }

  function logLoss(error: unknown) {
    log.error({ err: error }, 'the local state could not be written; it is tried again');
  }

  return { perform, prune, logLoss };
}
