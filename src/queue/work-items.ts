import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../log.ts';

/** A job's entry in a line of BullMQ, locked by this process. */
export type WorkItem = Job;

/** The lines of BullMQ that this process takes from. An item is a job's id and no more: what is known of the job is in the index. */
export interface WorkItems {
  /** Puts a job at the end of a line; one that is in it stays where it is. */
  add(line: string, id: string): Promise<void>;
  /** Takes a waiting job out of a line. */
  remove(line: string, id: string): Promise<void>;
  /** Locks the first of a line; undefined when it is empty. */
  claim(line: string): Promise<WorkItem | undefined>;
  isEmpty(line: string): Promise<boolean>;
  /** Keeps it locked. False when another process may have it by now. */
  keep(item: WorkItem): Promise<boolean>;
  done(item: WorkItem): Promise<void>;
  /** Puts what this process (or a former one on its data folder) has locked at the front of its line. */
  giveBack(line: string, id: string): Promise<void>;
  close(): Promise<void>;
}

interface WorkItemsOptions {
  connection: Redis;
  prefix: string;
  lines: readonly string[];
  /** Names the owner of locks. */
  token: string;
  /** Milliseconds after which the jobs of a dead process are taken over. */
  lockMs: number;
  log: Logger;
}

// How often a job may take its process down is the runner's decision.
const maxStalledCount = 1000;
const itemOptions = { removeOnComplete: true, removeOnFail: true };

export async function openWorkItems(options: WorkItemsOptions): Promise<WorkItems> {
  const { connection, prefix, lines, token, lockMs, log } = options;
  const common = { connection, prefix };
  const queues = new Map(lines.map((line) => [line, new Queue(line, common)]));
  const watching = { lockDuration: lockMs, stalledInterval: Math.ceil(lockMs / 3), maxStalledCount };
  const workers = new Map(lines.map((line) => [line, new Worker(line, null, { ...common, ...watching })]));
  const report = (error: Error) => log.debug({ err: error }, 'BullMQ reports an error');
  for (const queue of queues.values()) queue.on('error', report);
  for (const worker of workers.values()) worker.on('error', report);
  // It waits out the first interval, and goes on until the worker is closed.
  for (const worker of workers.values()) void worker.startStalledCheckTimer();

  function queueOf(line: string): Queue {
    const known = queues.get(line) ?? new Queue(line, common);
    queues.set(line, known);
    return known;
  }

  return {
    async add(line, id) {
      await queueOf(line).add('job', {}, { ...itemOptions, jobId: id });
    },
    async remove(line, id) {
      await queueOf(line).remove(id);
    },
    claim: async (line) => workers.get(line)?.getNextJob(token, { block: false }),
    isEmpty: async (line) => (await queueOf(line).getWaitingCount()) === 0,
    async keep(item) {
      return (await item.extendLock(token, lockMs)) === 1;
    },
    async done(item) {
      // Where the lock is lost, whoever has it removes the item.
      await item.moveToCompleted('', token, false).catch((error) => log.debug({ err: error }, 'an item was not ours'));
    },
    async giveBack(line, id) {
      const item = await queueOf(line).getJob(id);
      await item?.moveToWait(token).catch((error) => log.debug({ err: error }, 'an item was not ours'));
    },
    async close() {
      await Promise.all([...workers.values()].map((worker) => worker.close(true)));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}
