import { describe } from 'vitest';
import { createQueue } from '../../src/queue/lmdb.ts';
import type { QueueOptions } from '../../src/queue/queue.ts';
import { openState } from '../../src/state.ts';
import { queueContract } from '../contract/queue.ts';
import { queueQuotaContract } from '../contract/queue-quota.ts';
import { queueProperties } from './queue-properties.ts';

async function open<Payload>(folder: string, options: QueueOptions) {
  const state = openState(folder);
  return { queue: createQueue<Payload>(state, options), close: () => state.close() };
}

queueContract('LMDB', open);

describe('the queue in LMDB', () => {
  queueQuotaContract(open);
  queueProperties(open, 60);
});
