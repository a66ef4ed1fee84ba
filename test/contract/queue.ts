import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { BotError } from '../../src/errors.ts';
import type { JobControl, NewJob, Queue, QueuedJob, QueueHandlers, QueueOptions } from '../../src/queue/queue.ts';

type Payload = { text: string };
type TestQueue = Queue<Payload>;

/** Opens a queue on a folder; closing it without `stop` stands for a crash. */
export type OpenQueue = (
  folder: string,
  options: QueueOptions,
) => Promise<{ queue: TestQueue; close(): Promise<void> }>;

const log = pino({ level: 'silent' });
const plenty = { total: 100, perScope: 100, perOwner: 100 };

/** What every queue must do, whichever driver keeps its jobs. */
export function queueContract(name: string, openQueue: OpenQueue) {
  describe(`queue contract: ${name}`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      await Promise.all(closers.splice(0).map((close) => close()));
    });

    const newFolder = () => mkdtempSync(path.join(tmpdir(), 'queue-'));
    const open = async (folder = newFolder(), options: Partial<QueueOptions> = {}) => {
      const opened = await openQueue(folder, { bounds: plenty, width: { quick: 2, image: 1 }, log, ...options });
      closers.push(opened.close);
      return { ...opened, folder };
    };
    const crash = async (opened: { close(): Promise<void> }) => {
      closers.splice(closers.indexOf(opened.close), 1);
      await opened.close();
    };

    it('does jobs of a lane one after another, in the order of arrival', async () => {
      const { queue } = await open();
      const done: string[] = [];
      for (const id of ['a', 'b', 'c']) await queue.submit(image(id));
      await runUntil(queue, 3, async ({ id }) => {
        done.push(id);
      });
      expect(done).toEqual(['a', 'b', 'c']);
    });

    it('tells how many are ahead, and again when that changes', async () => {
      const { queue } = await open();
      expect(await queue.submit(image('a'))).toEqual({ ahead: 0, etaSeconds: undefined });
      expect(await queue.submit(image('b'))).toMatchObject({ ahead: 1 });
      const moves: [string, number][] = [];
      await runUntil(
        queue,
        2,
        () => until(() => moves.length > 0),
        (job, { ahead }) => moves.push([job.id, ahead]),
      );
      expect(moves).toContainEqual(['b', 1]);
    });

    it('never makes quick jobs wait behind pictures', async () => {
      const { queue } = await open();
      const gate = openGate();
      const done: string[] = [];
      queue.start({
        work: async ({ id, lane }) => {
          if (lane === 'image') await gate.passed;
          done.push(id);
        },
      });
      await queue.submit(image('slow'));
      await queue.submit({ ...image('fast'), lane: 'quick' });
      await until(() => done.includes('fast'));
      expect(done).toEqual(['fast']);
      gate.open();
      await until(() => done.length === 2);
    });

    it('takes one job for one id, however often and however concurrently it is submitted', async () => {
      const { queue } = await open();
      await Promise.all([queue.submit(image('a')), queue.submit(image('a'))]);
      const done: string[] = [];
      await runUntil(queue, 1, async ({ id }) => {
        done.push(id);
      });
      await queue.submit(image('a'));
      await queue.submit(image('last'));
      await until(() => done.includes('last'));
      expect(done).toEqual(['a', 'last']);
    });

    it('refuses more than it may hold, and names when to come back', async () => {
      const { queue } = await open(undefined, { bounds: { ...plenty, total: 2 } });
      await queue.submit(image('a'));
      await queue.submit(image('b'));
      await expect(queue.submit(image('c'))).rejects.toMatchObject({ code: 'queue_full', message: /^2 .*Try again/ });
      expect(await queue.submit({ ...image('d'), lane: 'quick' })).toMatchObject({ ahead: 0 });
    });

    it('bounds what one person and what one server may have waiting, and nobody else', async () => {
      const { queue } = await open(undefined, { bounds: { total: 10, perScope: 3, perOwner: 2 } });
      await queue.submit(image('a1', 'ann'));
      await queue.submit(image('a2', 'ann'));
      await expect(queue.submit(image('a3', 'ann'))).rejects.toMatchObject({
        code: 'too_many_requests',
        message: /^2 of your requests .*cancel one/,
      });
      await queue.submit(image('b', 'bob'));
      await expect(queue.submit(image('c', 'cid'))).rejects.toMatchObject({
        code: 'queue_full',
        message: /^3 requests from here/,
      });
      await queue.submit({ ...image('d', 'cid'), scope: 'elsewhere' });
      await queue.cancel('a2');
      await runUntil(queue, 4, async () => undefined);
      await queue.submit(image('a3', 'ann'));
    });

    it('counts submits at the same moment against the same bound', async () => {
      const { queue } = await open(undefined, { bounds: { ...plenty, perOwner: 2 } });
      const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map((id) => queue.submit(image(id))));
      expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    });

    it('lets people take turns, however many each submitted first', async () => {
      const { queue } = await open();
      for (const id of ['a1', 'a2', 'a3', 'a4']) await queue.submit(image(id, 'ann'));
      for (const id of ['b1', 'b2']) await queue.submit(image(id, 'bob'));
      expect(await queue.submit(image('c1', 'cid'))).toMatchObject({ ahead: 2 });
      const done = await runUntil(queue, 7, async ({ id }) => id);
      expect(done).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
    });

    it('remembers after a crash whose turn it is', async () => {
      const first = await open();
      for (const id of ['a1', 'a2']) await first.queue.submit(image(id, 'ann'));
      for (const id of ['b1', 'b2']) await first.queue.submit(image(id, 'bob'));
      const begun: string[] = [];
      first.queue.start({
        work: async ({ id }) => {
          begun.push(id);
          if (id === 'b1') await new Promise(() => undefined);
        },
      });
      await until(() => begun.includes('b1'));
      await crash(first);
      const second = await open(first.folder);
      await second.queue.submit(image('c1', 'cid'));
      // b1 was interrupted in its turn; then ann, who was served before bob.
      expect(await runUntil(second.queue, 4, async ({ id }) => id)).toEqual(['b1', 'a2', 'b2', 'c1']);
    });

    it('tells from past jobs, also from before a restart, how long it takes', async () => {
      const first = await open();
      await first.queue.submit(image('a'));
      await runUntil(first.queue, 1, () => new Promise((resolve) => setTimeout(resolve, 60)));
      await first.queue.stop({ graceMs: 1000 });
      await crash(first);
      const second = await open(first.folder);
      const { etaSeconds: one = 0 } = await second.queue.submit(image('b'));
      const { etaSeconds: two = 0 } = await second.queue.submit(image('c'));
      expect(one).toBeGreaterThanOrEqual(0.055);
      expect(two).toBeCloseTo(2 * one, 5);
    });

    it('refuses more pictures than the daily quota, says how many are left and when there are more', async () => {
      const { queue } = await open(undefined, { quota: { daily: 5, reset } });
      await queue.submit({ ...image('a'), pictures: 4 });
      await expect(queue.submit({ ...image('b'), pictures: 2 })).rejects.toMatchObject({
        code: 'quota_exceeded',
        message:
          /^You have 1 of your 5 pictures left today, and this asks for 2\. Ask for fewer, or come back at 00:00 UTC/,
      });
      await queue.submit({ ...image('b'), pictures: 1 });
      await expect(queue.submit(image('c'))).rejects.toMatchObject({ message: /^You have 0 of your 5 .*\. Come back/ });
      await queue.submit({ ...image('quick'), lane: 'quick', pictures: 0 });
      await queue.submit({ ...image('d'), exempt: true });
      await queue.submit(image('e', 'another'));
    });

    it('counts the quota across restarts, as what a job really took', async () => {
      const first = await open(undefined, { quota: { daily: 5, reset } });
      for (const id of ['a', 'b', 'c']) await first.queue.submit(image(id));
      const taken: Record<string, number> = { a: 3, b: 0, c: 1 };
      await runUntil(first.queue, 3, ({ id }, control) => control.charge(taken[id] ?? 0));
      await crash(first);
      const second = await open(first.folder, { quota: { daily: 5, reset } });
      await expect(second.queue.submit({ ...image('d'), pictures: 2 })).rejects.toMatchObject({
        message: /^You have 1 of your 5/,
      });
      await second.queue.submit(image('d'));
      const [refusal] = await runUntil(second.queue, 1, async (_, control) =>
        control.charge(2).catch((error) => error),
      );
      expect(refusal).toMatchObject({ code: 'quota_exceeded', message: /^You have 1 of your 5/ });
    });

    it('goes on after a crash, without doing recorded steps again', async () => {
      const first = await open();
      await first.queue.submit(image('a'));
      let drawn = 0;
      const draw = async () => {
        drawn += 1;
        return { vector: new Float32Array([0.5]) };
      };
      const stuck = openGate();
      first.queue.start({
        work: async (_job, control) => {
          await control.step('draw', draw);
          stuck.open();
          await new Promise(() => undefined);
        },
      });
      await stuck.passed;
      await crash(first);
      const second = await open(first.folder);
      let result: unknown;
      let recorded: unknown;
      const attempts = await runUntil(second.queue, 1, async (job, control) => {
        recorded = await control.recorded('dr');
        await control.step('post', async () => 1);
        expect(await control.recorded('dr')).toEqual(recorded);
        result = await control.step('draw', draw);
        return job.attempts;
      });
      expect(drawn).toBe(1);
      expect(recorded).toEqual([result]);
      expect(result).toEqual({ vector: new Float32Array([0.5]) });
      expect(attempts).toEqual([2]);
    });

    it('holds after a crash what it accepted but had not begun, in order', async () => {
      const first = await open();
      for (const id of ['a', 'b', 'c']) await first.queue.submit(image(id));
      await crash(first);
      const second = await open(first.folder);
      await second.queue.submit(image('d'));
      const done = await runUntil(second.queue, 4, async ({ id }) => id);
      expect(done).toEqual(['a', 'b', 'c', 'd']);
    });

    it('cancels a waiting job without beginning it, and a running one by its signal', async () => {
      const { queue } = await open();
      const seen: string[] = [];
      queue.start({
        work: async (job, control) => {
          seen.push(`${job.id} ${control.cancelled ? 'cancelled' : 'begun'}`);
          if (!control.signal.aborted) await aborted(control);
          seen.push(`${job.id} ended ${control.cancelled}`);
          control.signal.throwIfAborted();
        },
      });
      await queue.submit(image('running'));
      await queue.submit(image('waiting'));
      expect(await queue.cancel('waiting')).toBe(true);
      await until(() => seen.includes('waiting ended true'));
      expect(seen).toEqual(['running begun', 'waiting cancelled', 'waiting ended true']);
      expect(await queue.cancel('running')).toBe(true);
      await until(() => seen.includes('running ended true'));
      await gone(queue, 'running');
      expect(await queue.cancel('running')).toBe(false);
    });

    it('hands a running job back when it is stopped, and does not count that against it', async () => {
      const first = await open();
      await first.queue.submit(image('a'));
      const begun = openGate();
      first.queue.start({
        work: async (_job, control) => {
          begun.open();
          await aborted(control);
          expect(control.cancelled).toBe(false);
          control.signal.throwIfAborted();
        },
      });
      await begun.passed;
      await first.queue.stop({ graceMs: 0 });
      await crash(first);
      const second = await open(first.folder);
      expect(await runUntil(second.queue, 1, async (job) => job.attempts)).toEqual([1]);
    });

    it('stops though a job does not listen, and begins it again afterwards', async () => {
      const first = await open();
      await first.queue.submit(image('a'));
      const begun = openGate();
      first.queue.start({
        work: () => {
          begun.open();
          return new Promise(() => {});
        },
      });
      await begun.passed;
      await first.queue.stop({ graceMs: 0 });
      await crash(first);
      const second = await open(first.folder);
      expect(await runUntil(second.queue, 1, async ({ id }) => id)).toEqual(['a']);
    });

    it('waits for a running job within the grace, and begins no other', async () => {
      const { queue } = await open();
      const begun: string[] = [];
      queue.start({
        work: async ({ id }) => {
          begun.push(id);
          await new Promise((resolve) => setTimeout(resolve, 50));
        },
      });
      await queue.submit(image('a'));
      await queue.submit(image('b'));
      await until(() => begun.length === 1);
      await queue.stop({ graceMs: 10_000 });
      expect(begun).toEqual(['a']);
      expect(await queue.find('a')).toBeUndefined();
      expect(await queue.find('b')).toBeDefined();
    });

    it('ends a job whose work throws, and goes on with the next', async () => {
      const { queue } = await open();
      await queue.submit(image('bad'));
      await queue.submit(image('good'));
      const done = await runUntil(queue, 2, async ({ id }) => {
        if (id === 'bad') throw new BotError('internal', 'broken');
        return id;
      });
      expect(done).toEqual([undefined, 'good']);
      expect(await queue.find('bad')).toBeUndefined();
    });
  });
}

const reset = { hour: 0, minute: 0, timeZone: 'UTC' };

function image(id: string, owner = 'someone'): NewJob<Payload> {
  const rest = { scope: 'here', pictures: 1, exempt: false, portable: false, payload: { text: id } };
  return { id, lane: 'image', owner, ...rest };
}

/** Works until `count` jobs have ended; returns what each gave (undefined where it threw). */
async function runUntil<Result>(
  queue: TestQueue,
  count: number,
  work: (job: QueuedJob<Payload>, control: JobControl) => Promise<Result>,
  moved?: QueueHandlers<Payload>['moved'],
): Promise<(Result | undefined)[]> {
  const results: (Result | undefined)[] = [];
  const ids: string[] = [];
  queue.start({
    ...(moved && { moved }),
    work: async (job, control) => {
      ids.push(job.id);
      try {
        results.push(await work(job, control));
      } catch (error) {
        results.push(undefined);
        throw error;
      }
    },
  });
  await until(() => results.length >= count);
  for (const id of ids) await gone(queue, id);
  return results;
}

async function gone(queue: TestQueue, id: string) {
  while (await queue.find(id)) await new Promise((resolve) => setTimeout(resolve, 5));
}

function aborted(control: JobControl): Promise<void> {
  return new Promise((resolve) => control.signal.addEventListener('abort', () => resolve(), { once: true }));
}

function openGate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

async function until(condition: () => boolean) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
