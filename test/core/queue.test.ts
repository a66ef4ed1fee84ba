import { createQueue } from '../../src/queue/lmdb.ts';
import { openState } from '../../src/state.ts';
import { queueContract } from '../contract/queue.ts';

queueContract('LMDB', async (folder, options) => {
  const state = openState(folder);
  return { queue: createQueue(state, options), close: () => state.close() };
});
