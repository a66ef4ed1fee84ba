import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { chooseQueue } from '../src/queue/choose.ts';
import type { Queue, QueueHandlers } from '../src/queue/queue.ts';
import { openState } from '../src/state.ts';
import { firstJobs, greediestFirst, jain, meanWaits } from '../test/core/fairness.ts';
import { hasRedis, startRedis } from '../test/redis.ts';
import { openFlow, quietContext, sentence } from './flow.ts';

const log = pino({ level: 'silent' });
const overheadRuns = 100;
/** Jobs between two looks at the heap. */
const heapEvery = 100;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The queue in LMDB, and in Redis where there is one: overhead, fairness, memory, and what a crash costs. */
export async function benchQueue(): Promise<Record<string, string | number>> {
  const embedded = await benchDriver('LMDB', undefined);
  if (!hasRedis) return { ...embedded, Redis: 'not measured: no redis-server here' };
  const server = await startRedis();
  const shared = await benchDriver('Redis', server.url);
  await server.stop();
  return { ...embedded, ...shared };
}

async function benchDriver(name: string, redisUrl: string | undefined) {
  const flow = await openFlow(300);
  const open = () =>
    chooseQueue<number>(flow.state, redisUrl, {
      bounds: { total: 2000, perScope: 2000, perOwner: 2000 },
      width: { quick: 1, image: 1 },
      log,
    });
  const alone = await inTurn(await open(), async () => undefined);
  const whole = await inTurn(await open(), async ({ id, payload }, control) => {
    const text = sentence(payload);
    const asked = {
      id,
      scope: 'bench',
      user: 'bench',
      asked: text,
      text,
      count: 1,
      size: '1:1',
      refine: 'refine',
    } as const;
    await flow.pipeline.run(asked, { ...quietContext(), step: control.step });
  });
  const many = await thousand(await open());
  await flow.close();
  const lost = await timeLost(redisUrl);
  const figures = { 'queue alone, ms an image': alone, 'queue and pipeline, ms an image': whole, ...many, ...lost };
  return Object.fromEntries(Object.entries(figures).map(([figure, value]) => [`${name}: ${figure}`, value]));
}

/** Milliseconds from asking to the end, for jobs one after another; the median. */
async function inTurn(queue: Queue<number>, work: QueueHandlers<number>['work']): Promise<number> {
  const times: number[] = [];
  let ended: () => void = () => undefined;
  queue.start({
    async work(job, control) {
      await work(job, control);
      ended();
    },
  });
  for (let run = 0; run < overheadRuns; run++) {
    const began = performance.now();
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    await queue.submit(jobOf(`turn-${performance.now()}`, 'ann', run));
    await end;
    times.push(performance.now() - began);
  }
  await empty(queue);
  await queue.stop({ graceMs: 1000 });
  await queue.close();
  return round(times.sort((a, b) => a - b)[overheadRuns / 2] ?? Number.NaN, 1);
}

/** Fairness between people, and memory: before the first job, after every hundredth, and at the end. */
async function thousand(queue: Queue<number>) {
  const arrivals = greediestFirst();
  for (const [index, owner] of arrivals.entries()) await queue.submit(jobOf(`many-${index}`, owner, index));
  const before = heap();
  const during: number[] = [];
  let sampling = 0;
  const began = performance.now();
  const order: string[] = [];
  queue.start({
    async work({ owner }) {
      order.push(owner);
      if (order.length % heapEvery !== 0) return;
      const start = performance.now();
      during.push(heap());
      sampling += performance.now() - start;
    },
  });
  // Asking the queue itself all the time would be measured too.
  while (order.length < arrivals.length) await new Promise((resolve) => setTimeout(resolve, 20));
  await empty(queue);
  const seconds = (performance.now() - began - sampling) / 1000;
  const after = heap();
  await queue.stop({ graceMs: 1000 });
  await queue.close();
  return {
    'jobs of 50 people': order.length,
    'seconds for them': round(seconds, 1),
    [`Jain's index of the mean wait for the first ${firstJobs} jobs`]: round(jain(meanWaits(order)), 3),
    'the same, had they been served as they came': round(jain(meanWaits(arrivals)), 3),
    'heap before, MB': before,
    'heap at most, MB': Math.max(before, ...during, after),
    'heap after, MB': after,
  };
}

/** Milliseconds from kill -9 in the middle of a job until it goes on, not counting the start of a program. */
async function timeLost(redisUrl: string | undefined) {
  const here = await killedIn(redisUrl, (folder) => folder);
  if (redisUrl === undefined) return { 'lost at a crash, ms': here };
  const elsewhere = await killedIn(redisUrl, () => newFolder());
  return { 'lost at a crash, same data folder, ms': here, 'lost at a crash, another process, ms': elsewhere };
}

async function killedIn(redisUrl: string | undefined, next: (folder: string) => string): Promise<number> {
  const folder = newFolder();
  const program = path.join(import.meta.dirname, 'queue-holder.ts');
  const holder = spawn(process.execPath, ['--import', 'tsx', program, folder, ...(redisUrl ? [redisUrl] : [])]);
  await once(holder.stdout, 'data');
  const exited = once(holder, 'exit');
  const began = performance.now();
  holder.kill('SIGKILL');
  await exited;
  const state = openState(path.join(next(folder), 'state'));
  const bounds = { total: 10, perScope: 10, perOwner: 10 };
  const queue = await chooseQueue<number>(state, redisUrl, { bounds, width: { quick: 1, image: 1 }, log });
  const lost = await new Promise<number>((resolve) =>
    queue.start({ work: async () => resolve(performance.now() - began) }),
  );
  await empty(queue);
  await queue.stop({ graceMs: 1000 });
  await queue.close();
  await state.close();
  return round(lost, 0);
}

async function empty(queue: Queue<number>) {
  while ((await queue.all()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

function jobOf(id: string, owner: string, payload: number) {
  return { id, lane: 'image' as const, owner, scope: 'bench', pictures: 1, exempt: true, portable: true, payload };
}

function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'bench-queue-'));
}

function heap(): number {
  collectGarbage();
  return round(process.memoryUsage().heapUsed / 1024 / 1024, 1);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
