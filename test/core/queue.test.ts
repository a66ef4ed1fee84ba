import { describe } from 'vitest';
import { createQueue } from '../../src/queue/lmdb.ts';
import { openState } from '../../src/state.ts';
import { queueContract } from '../contract/queue.ts';
import { queueProperties } from './queue-properties.ts';

queueContract('LMDB', async (folder, options) => {
  const state = openState(folder);
  return { queue: createQueue(state, options), close: () => state.close() };
});

describe('properties of the queue in LMDB', () => {
  queueProperties(async (folder, options) => {
    const state = openState(folder);
    return { queue: createQueue(state, options), close: () => state.close() };
  }, 60);
});
