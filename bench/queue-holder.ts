import path from 'node:path';
import { pino } from 'pino';
import { chooseQueue } from '../src/queue/choose.ts';
import { openState } from '../src/state.ts';

/** A process that is killed in the middle of its job: bench/queue.ts does so once it says that the job has begun. */
const [folder = '', redisUrl] = process.argv.slice(2);
const bounds = { total: 10, perScope: 10, perOwner: 10 };
const state = openState(path.join(folder, 'state'));
const options = { bounds, width: { quick: 1, image: 1 }, log: pino({ level: 'silent' }) };
const queue = await chooseQueue<string>(state, redisUrl, options);
queue.start({
  async work() {
    console.log('begun');
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  },
});
const rest = { owner: 'ann', scope: 'bench', pictures: 1, exempt: true, portable: true, payload: '' };
// A queue remembers what it did: every process that is killed has a job of its own.
await queue.submit({ id: `interrupted-${process.pid}`, lane: 'image', ...rest });
