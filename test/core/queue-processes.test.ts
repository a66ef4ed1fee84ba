import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BullQueueOptions, openBullQueue } from '../../src/queue/bullmq.ts';
import type { NewJob, Queue } from '../../src/queue/queue.ts';
import { hasRedis, type RedisServer, startRedis } from '../redis.ts';

const log = pino({ level: 'silent' });
const plenty = { total: 100, perScope: 100, perOwner: 100 };

describe.skipIf(!hasRedis)('several processes on one Redis', () => {
  let server: RedisServer;
  let count = 0;
  const queues: Queue<string>[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.close();
    count += 1;
  });
  afterAll(() => server.stop());

  async function open(home: string, options: Partial<BullQueueOptions> = {}) {
    const queue = await openBullQueue<string>({
      url: server.url,
      home,
      prefix: `{test-${count}}:`,
      takeOverAfterMs: 900,
      bounds: plenty,
      width: { quick: 1, image: 1 },
      log,
      ...options,
    });
    queues.push(queue);
    return queue;
  }

  it('share the work: each job is done once, at most one at a time in each', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const done: string[] = [];
    let most = 0;
    const under = new Set<string>();
    for (const [home, queue] of [
      ['one', one],
      ['two', two],
    ] as const) {
      queue.start({
        work: async ({ id }) => {
          under.add(`${home} ${id}`);
          most = Math.max(most, under.size);
          // Until the other has begun one too, or all is done.
          await until(() => under.size > 1 || done.length >= 5);
          await new Promise((resolve) => setTimeout(resolve, 5));
          under.delete(`${home} ${id}`);
          done.push(id);
        },
      });
    }
    const ids = Array.from({ length: 6 }, (_, index) => `job-${index}`);
    await Promise.all(ids.map((id) => one.submit(job(id))));
    await until(async () => (await two.all()).length === 0);
    expect([...done].sort()).toEqual(ids);
    expect(most).toBe(2);
  });

  it('take an event that all of them hear as one job', async () => {
    const [one, two] = [await open('one'), await open('two')];
    await Promise.all([one.submit(job('a')), two.submit(job('a'))]);
    expect(await one.all()).toHaveLength(1);
  });

  it('have nothing in the queue of which somebody was told that it was not accepted', async () => {
    const quota = { daily: 2, reset: { hour: 0, minute: 0, timeZone: 'UTC' } };
    const queue = await open('one', { quota, answerWithinMs: 300 });
    server.freeze();
    const refusals = ['a', 'b'].map((id) =>
      expect(queue.submit({ ...job(id), exempt: false })).rejects.toMatchObject({
        code: 'queue_unavailable',
        message: expect.stringContaining('was not accepted'),
      }),
    );
    try {
      await Promise.all(refusals);
    } finally {
      server.wake();
    }
    const client = new Redis(server.url);
    await until(async () => (await client.keys(`{test-${count}}:withdrawn:*`)).length === 2);
    client.disconnect();
    expect(await queue.all()).toEqual([]);
    const done: string[] = [];
    queue.start({ work: async ({ id }) => void done.push(id) });
    for (const id of ['c', 'a']) await queue.submit({ ...job(id), exempt: false });
    await until(() => done.length === 2);
    expect(done).toEqual(['c', 'a']);
  });

  it('keep a job that one of them was told of, though another one never heard', async () => {
    const [hasty, patient] = [await open('one', { answerWithinMs: 300 }), await open('two')];
    server.freeze();
    const lost = expect(hasty.submit(job('a'))).rejects.toMatchObject({ code: 'queue_unavailable' });
    const told = patient.submit(job('a'));
    try {
      await lost;
    } finally {
      server.wake();
    }
    await told;
    const client = new Redis(server.url);
    await until(async () => (await client.keys(`{test-${count}}:withdrawn:*`)).length === 1);
    client.disconnect();
    expect(await patient.all()).toHaveLength(1);
  });

  it('share bounds and the quota', async () => {
    const quota = { daily: 2, reset: { hour: 0, minute: 0, timeZone: 'UTC' } };
    const options = { quota, bounds: { ...plenty, perOwner: 2 } };
    const [one, two] = [await open('one', options), await open('two', options)];
    await one.submit(job('a'));
    await two.submit(job('b'));
    await expect(two.submit({ ...job('c'), exempt: true })).rejects.toMatchObject({ code: 'too_many_requests' });
    await one.cancel('a');
    one.start({ work: (_, control) => control.charge(control.cancelled ? 0 : 1) });
    await until(async () => (await one.all()).length === 0);
    await two.submit(job('d'));
    await expect(two.submit(job('e'))).rejects.toMatchObject({ code: 'quota_exceeded' });
  });

  it('stop a job that runs in another one', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const work = startEndless(one);
    await two.submit(job('a'));
    await until(() => work.begun);
    expect(await two.cancel('a')).toBe(true);
    await until(() => work.ended !== undefined);
    expect(work.ended).toBe(true);
  });

  it('stop a job though the message of its end was lost', async () => {
    const one = await open('one');
    const work = startEndless(one);
    await one.submit(job('a'));
    await until(() => work.begun);
    const redis = new Redis(server.url);
    // As a cancel leaves it in the index, without its message.
    const index = `{test-${count}}:index`;
    const entry: unknown = JSON.parse((await redis.hget(index, 'a')) ?? '{}');
    await redis.hset(index, 'a', JSON.stringify({ ...Object(entry), cancelled: true }));
    redis.disconnect();
    await until(() => work.ended !== undefined);
    expect(work.ended).toBe(true);
  });

  it('go on with the jobs of one that died, where it stopped', async () => {
    const one = await open('one');
    let drawn = 0;
    const draw = async () => {
      drawn += 1;
      return { vector: new Float32Array([0.5]), at: new Date(7), none: null };
    };
    let isDrawn = false;
    one.start({
      work: async (_, control) => {
        await control.step('draw', draw);
        isDrawn = true;
        await new Promise(() => undefined);
      },
    });
    await one.submit(job('a'));
    await one.submit(job('b'));
    await until(() => isDrawn);
    await one.close();
    const two = await open('two');
    const seen: unknown[] = [];
    two.start({
      work: async ({ id, attempts }, control) => void seen.push([id, attempts, await control.step('draw', draw)]),
    });
    await until(() => seen.length === 2);
    const result = { vector: new Float32Array([0.5]), at: new Date(7), none: null };
    expect(seen.sort()).toEqual([
      ['a', 2, result],
      ['b', 1, result],
    ]);
    expect(drawn).toBe(2);
  });

  it('record and take nothing for a job that another one has, or that has ended', async () => {
    const quota = { daily: 9, reset: { hour: 0, minute: 0, timeZone: 'UTC' } };
    const one = await open('one', { quota });
    const redis = new Redis(server.url);
    const prefix = `{test-${count}}:`;
    const seen: unknown[] = [];
    let isDrawing = false;
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const draw = () => {
      isDrawing = true;
      return gate;
    };
    const nameOf = (error: Error) => error.name;
    one.start({
      work: async (_, control) => {
        seen.push(await control.step('draw', draw).catch(nameOf), control.signal.aborted, control.cancelled);
        seen.push(await control.charge(5).catch(nameOf));
      },
    });
    await one.submit(job('a'));
    await until(() => isDrawing);
    // As another process that took it over leaves it.
    const entry: object = JSON.parse((await redis.hget(`${prefix}index`, 'a')) ?? '{}');
    await redis.hset(`${prefix}index`, 'a', JSON.stringify({ ...entry, run: 'two/7' }));
    await redis.hset(`${prefix}steps:a`, 'draw', 'theirs');
    goOn();
    await until(() => seen.length === 4);
    expect(seen).toEqual(['AbortError', true, false, 'AbortError']);
    expect(await redis.hgetall(`${prefix}steps:a`)).toEqual({ draw: 'theirs' });
    expect(await redis.get(`${prefix}used:${new Date().toISOString().slice(0, 10)}:ann`)).toBe('1');
    redis.disconnect();
  });

  it('leave no steps of a job that ended', async () => {
    const one = await open('one');
    one.start({ work: async (_, control) => void (await control.step('draw', async () => 1)) });
    await one.submit(job('a'));
    await until(async () => (await one.all()).length === 0);
    const redis = new Redis(server.url);
    expect(await redis.keys(`{test-${count}}:steps:*`)).toEqual([]);
    redis.disconnect();
  });

  it('leave what only another data folder can do to that one', async () => {
    const [one, two] = [await open('one'), await open('two')];
    const done: string[] = [];
    await one.submit({ ...job('bound'), portable: false });
    await one.submit({ ...job('free'), owner: 'bob' });
    two.start({ work: async ({ id }) => void done.push(`two ${id}`) });
    await until(() => done.length === 1);
    await until(async () => (await two.all()).length === 1);
    one.start({ work: async ({ id }) => void done.push(`one ${id}`) });
    await until(() => done.length === 2);
    expect(done).toEqual(['two free', 'one bound']);
  });

  it('tell the one that accepted a job when another one begins it', async () => {
    const [one, two] = [await open('one', { width: { quick: 1, image: 0 } }), await open('two')];
    const events: string[] = [];
    one.start({
      work: async () => undefined,
      moved: ({ id }, { ahead }) => events.push(`${id} ${ahead}`),
      left: ({ id }) => events.push(`${id} left`),
    });
    await one.submit(job('a'));
    await until(() => events.includes('a 0'));
    two.start({ work: () => until(() => events.includes('a left')) });
    await until(async () => (await two.all()).length === 0);
    expect(events).toEqual(['a 0', 'a left']);
  });

  it('accept nothing while Redis is away, finish what runs, and go on by themselves', async () => {
    const one = await open('one', { takeOverAfterMs: 60_000 });
    const done: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = false;
    one.start({
      work: async ({ id }) => {
        begun = true;
        await gate;
        done.push(id);
      },
    });
    await one.submit(job('a'));
    await one.submit(job('b'));
    await until(() => begun);
    await server.kill();
    await until(async () => {
      const refusal: unknown = await one.submit(job('c')).catch((error: unknown) => error);
      return refusal instanceof Error && 'code' in refusal && refusal.code === 'queue_unavailable';
    });
    release();
    await until(() => done.includes('a'));
    await server.restart();
    await until(() => done.includes('b'));
    await until(async () => (await one.all().catch(() => [1])).length === 0);
    expect(done).toEqual(['a', 'b']);
    await one.submit(job('c'));
    await until(() => done.includes('c'));
  });

  it('say at the start what is wrong with Redis, and never its password', async () => {
    const closed = open('one', { url: 'redis://ann:hidden-word@127.0.0.1:9/0' }).catch((error: Error) => error);
    expect(await closed).toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringMatching(
        /^Redis at 127\.0\.0\.1:9 can't be reached .*ECONNREFUSED.*Start it, correct REDIS_URL/,
      ),
    });
    const refused = await open('one', { url: server.url.replace('test-password', 'hidden-word') }).catch(
      (error) => error,
    );
    expect(refused).toMatchObject({
      message: expect.stringMatching(/does not let us in\. Correct the user and password/),
    });
    expect(String(refused)).not.toContain('hidden-word');
  });
});

function job(id: string): NewJob<string> {
  return { id, lane: 'image', owner: 'ann', scope: 'here', pictures: 1, exempt: false, portable: true, payload: id };
}

/** Does work that ends with an abort alone; `ended` tells whether that was a cancel. */
function startEndless(queue: Queue<string>): { begun: boolean; ended: boolean | undefined } {
  const seen: { begun: boolean; ended: boolean | undefined } = { begun: false, ended: undefined };
  queue.start({
    work: async (_, control) => {
      seen.begun = true;
      await new Promise((resolve) => control.signal.addEventListener('abort', resolve));
      seen.ended = control.cancelled;
    },
  });
  return seen;
}

async function until(condition: () => boolean | Promise<boolean>) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
