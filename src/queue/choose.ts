import { randomUUID } from 'node:crypto';
import type { State } from '../state.ts';
import { createQueue } from './lmdb.ts';
import type { Queue, QueueOptions } from './queue.ts';

/** BullMQ where a Redis is named, else LMDB. Throws BotError `queue_unavailable` when Redis can't be reached. */
export async function chooseQueue<Payload>(
  state: State,
  redisUrl: string | undefined,
  options: QueueOptions,
): Promise<Queue<Payload>> {
  if (redisUrl === undefined) return createQueue(state, options);
  // Large: who has no Redis need not wait for it.
  const { openBullQueue } = await import('./bullmq.ts');
  return openBullQueue({ ...options, url: redisUrl, home: await homeOf(state) });
}

/** The name of this data folder among those that share a queue, made once. */
async function homeOf(state: State): Promise<string> {
  const table = state.table<string>('queue-home');
  const known = table.get('name');
  if (known !== undefined) return known;
  const name = randomUUID();
  await state.durably(() => {
    table.put('name', name);
  });
  return name;
}
