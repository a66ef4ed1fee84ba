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
export type OpenQueue = (folder: string, options: QueueOptions) => { queue: TestQueue; close(): Promise<void> };

const log = pino({ level: 'silent' });

/** What every queue must do, whichever driver keeps its jobs. */
export function queueContract(name: string, openQueue: OpenQueue) {
  describe(`queue contract: ${name}`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      await Promise.all(closers.splice(0).map((close) => close()));
    });

    const newFolder = () => mkdtempSync(path.join(tmpdir(), 'queue-'));
    const open = (folder = newFolder(), options: Partial<QueueOptions> = {}) => {
      const opened = openQueue(folder, { maxWaiting: 10, width: { quick: 2, image: 1 }, log, ...options });
      closers.push(opened.close);
      return { ...opened, folder };
    };
    const crash = async (opened: { close(): Promise<void> }) => {
      closers.splice(closers.indexOf(opened.close), 1);
      await opened.close();
    };

    it('does jobs of a lane one after another, in the order of arrival', async () => {
      const { queue } = open();
      const done: string[] = [];
      for (const id of ['a', 'b', 'c']) await queue.submit(image(id));
      await runUntil(queue, 3, async ({ id }) => {
        done.push(id);
      });
      expect(done).toEqual(['a', 'b', 'c']);
    });

    it('tells how many are ahead, and again when that changes', async () => {
      const { queue } = open();
      expect(await queue.submit(image('a'))).toEqual({ ahead: 0 });
      expect(await queue.submit(image('b'))).toEqual({ ahead: 1 });
      const moves: [string, number][] = [];
      await runUntil(
        queue,
        2,
        async () => undefined,
        (job, ahead) => moves.push([job.id, ahead]),
      );
      expect(moves).toContainEqual(['b', 1]);
    });

    it('never makes quick jobs wait behind pictures', async () => {
      const { queue } = open();
      const gate = openGate();
      const done: string[] = [];
      queue.start({
        moved: () => undefined,
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
      const { queue } = open();
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
      const { queue } = open(undefined, { maxWaiting: 2 });
      await queue.submit(image('a'));
      await queue.submit(image('b'));
      await expect(queue.submit(image('c'))).rejects.toMatchObject({ code: 'queue_full', message: /Try again/ });
    });

    it('goes on after a crash, without doing recorded steps again', async () => {
      const first = open();
      await first.queue.submit(image('a'));
      let drawn = 0;
      const draw = async () => {
        drawn += 1;
        return { vector: new Float32Array([0.5]) };
      };
      const stuck = openGate();
      first.queue.start({
        moved: () => undefined,
        work: async (_job, control) => {
          await control.step('draw', draw);
          stuck.open();
          await new Promise(() => undefined);
        },
      });
      await stuck.passed;
      await crash(first);
      const second = open(first.folder);
      let result: unknown;
      const attempts = await runUntil(second.queue, 1, async (job, control) => {
        result = await control.step('draw', draw);
        return job.attempts;
      });
      expect(drawn).toBe(1);
      expect(result).toEqual({ vector: new Float32Array([0.5]) });
      expect(attempts).toEqual([2]);
    });

    it('holds after a crash what it accepted but had not begun, in order', async () => {
      const first = open();
      for (const id of ['a', 'b', 'c']) await first.queue.submit(image(id));
      await crash(first);
      const second = open(first.folder);
      await second.queue.submit(image('d'));
      const done = await runUntil(second.queue, 4, async ({ id }) => id);
      expect(done).toEqual(['a', 'b', 'c', 'd']);
    });

    it('cancels a waiting job without beginning it, and a running one by its signal', async () => {
      const { queue } = open();
      const seen: string[] = [];
      queue.start({
        moved: () => undefined,
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
      await until(() => queue.find('running') === undefined);
      expect(await queue.cancel('running')).toBe(false);
    });

    it('hands a running job back when it is stopped, and does not count that against it', async () => {
      const first = open();
      await first.queue.submit(image('a'));
      const begun = openGate();
      first.queue.start({
        moved: () => undefined,
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
      const second = open(first.folder);
      expect(await runUntil(second.queue, 1, async (job) => job.attempts)).toEqual([1]);
    });

    it('waits for a running job within the grace, and begins no other', async () => {
      const { queue } = open();
      const begun: string[] = [];
      queue.start({
        moved: () => undefined,
        work: async ({ id }) => {
          begun.push(id);
          await new Promise((resolve) => setTimeout(resolve, 50));
        },
      });
      await queue.submit(image('a'));
      await queue.submit(image('b'));
      await queue.stop({ graceMs: 10_000 });
      expect(begun).toEqual(['a']);
      expect(queue.find('a')).toBeUndefined();
      expect(queue.find('b')).toBeDefined();
    });

    it('ends a job whose work throws, and goes on with the next', async () => {
      const { queue } = open();
      await queue.submit(image('bad'));
      await queue.submit(image('good'));
      const done = await runUntil(queue, 2, async ({ id }) => {
        if (id === 'bad') throw new BotError('internal', 'broken');
        return id;
      });
      expect(done).toEqual([undefined, 'good']);
      expect(queue.find('bad')).toBeUndefined();
    });
  });
}

function image(id: string): NewJob<Payload> {
  return { id, lane: 'image', owner: 'someone', payload: { text: id } };
}

/** Works until `count` jobs have ended; returns what each gave (undefined where it threw). */
async function runUntil<Result>(
  queue: TestQueue,
  count: number,
  work: (job: QueuedJob<Payload>, control: JobControl) => Promise<Result>,
  moved: QueueHandlers<Payload>['moved'] = () => undefined,
): Promise<(Result | undefined)[]> {
  const results: (Result | undefined)[] = [];
  const ids: string[] = [];
  queue.start({
    moved,
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
  await until(() => results.length >= count && ids.every((id) => queue.find(id) === undefined));
  return results;
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
