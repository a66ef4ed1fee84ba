import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/chat.ts';
import { type Answer, type Command, defineCommand, type JobContext, type Services } from '../../src/command.ts';
import { BotError } from '../../src/errors.ts';
import type { JobPayload } from '../../src/job.ts';
import type { NewJob, Queue, QueueOptions } from '../../src/queue/queue.ts';
import { createRunner } from '../../src/runner.ts';

/** A queue on a folder, as whichever driver. */
export type OpenQueue = (
  folder: string,
  options: QueueOptions,
) => Promise<{ queue: Queue<JobPayload>; close(): Promise<void> }>;

const log = pino({ level: 'silent' });
const options: QueueOptions = {
  bounds: { total: 100, perScope: 100, perOwner: 100 },
  quota: { daily: 10, reset: { hour: 0, minute: 0, timeZone: 'UTC' } },
  width: { quick: 1, image: 1 },
  log,
};
const asked = 4;

/** The rule of src/queue/quota.ts, whichever driver counts: what a request for four pictures costs, by how it ends. */
export function queueQuotaContract(openQueue: OpenQueue) {
  describe('the daily quota', () => {
    let bot: Awaited<ReturnType<typeof openBot>>;
    afterEach(() => bot.close());

    it('counts the pictures that are shown, however many were asked for', async () => {
      bot = await openBot(openQueue, async () => answerWith(3));
      await bot.ask();
      await bot.ended();
      expect(await bot.used()).toBe(3);
    });

    it('counts what is accepted while it waits', async () => {
      bot = await openBot(openQueue, waitForever);
      await bot.ask();
      expect(await bot.used()).toBe(asked);
    });

    it.each([
      ['a failure of the backend', new BotError('generator_failed', 'no power'), 0],
      ['a failure of this program', new Error('a fault'), 0],
      ['a mistake in what was asked', new BotError('invalid_input', 'no such model'), 0],
      ['what a rule refuses', new BotError('refused', 'not here'), asked],
    ])('%s', async (_, error, cost) => {
      bot = await openBot(openQueue, async () => {
        throw error;
      });
      await bot.ask();
      await bot.ended();
      expect(await bot.used()).toBe(cost);
    });

    it('gives back what the platform did not take', async () => {
      bot = await openBot(openQueue, async () => answerWith(asked), { isClosed: true });
      await bot.ask();
      await bot.ended();
      expect(await bot.used()).toBe(0);
    });

    it('counts what was shown, also when its record fails', async () => {
      bot = await openBot(openQueue, async () => ({ ...answerWith(2), generation: 'a' }));
      await bot.ask();
      await bot.ended();
      expect(await bot.used()).toBe(2);
    });

    it('gives back what is cancelled before its turn', async () => {
      bot = await openBot(openQueue, waitForever, { width: 0 });
      await bot.ask();
      await bot.queue().cancel('a');
      await bot.ended();
      expect(await bot.used()).toBe(0);
    });

    it.each(['at once', 'after it was handed back', 'after a kill'])(
      'keeps what is cancelled once it was begun: %s',
      async (when) => {
        bot = await openBot(openQueue, waitForever);
        await bot.ask();
        await bot.begun();
        if (when === 'after it was handed back') await bot.queue().stop({ graceMs: 0 });
        if (when !== 'at once') await bot.reopen({ width: 0 });
        await bot.queue().cancel('a');
        await bot.ended();
        expect(await bot.used()).toBe(asked);
      },
    );
  });
}

type Draw = (context: JobContext) => Promise<Answer>;

function answerWith(count: number): Answer {
  const image = { alt: 'a cat', width: 64, height: 64, seed: 1 };
  const images = Array.from({ length: count }, (_, index) => ({ ...image, key: String(index) }));
  return { card: { text: 'made', images, actions: [] } };
}

function waitForever({ signal }: JobContext): Promise<Answer> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** The real runner with one command, on a platform that takes every post but, where it `isClosed`, pictures. */
async function openBot(openQueue: OpenQueue, run: Draw, { isClosed = false, width = 1 } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'queue-quota-'));
  let isBegun = false;
  const adapter: Adapter = {
    name: 'memory',
    start: async () => undefined,
    stop: async () => undefined,
    thread: (ref) => ({
      ref,
      async post({ images }, { key }) {
        if (isClosed && images) throw new BotError('forbidden', 'I may not post there.');
        return { ...ref, message: key };
      },
      remove: async () => undefined,
      progress: async () => undefined,
    }),
  };
  const draw = defineCommand({
    name: 'draw',
    description: '',
    lane: 'image',
    options: {},
    run(context) {
      isBegun = true;
      return run(context);
    },
  });
  const outbox = { add: () => Promise.reject(new BotError('disk_full', 'no room')) };
  const services = { outbox } as unknown as Services;
  let opened = await open(width);

  async function open(image: number) {
    const fresh = await openQueue(folder, { ...options, width: { quick: 1, image } });
    const parts = { adapters: new Map([[adapter.name, adapter]]), commands: [draw as Command], actions: [], log };
    fresh.queue.start(createRunner({ ...parts, services, followMoves: (work) => work(), adultPolicy: 'restricted' }));
    return fresh;
  }

  function submit(id: string, pictures: number) {
    const thread = { adapter: 'memory', thread: 'main' };
    const task = { kind: 'command' as const, name: 'draw', values: {} };
    const payload = { thread, scope: 'here', user: 'ann', moderator: false, attachments: [], task };
    const who = { owner: 'ann', scope: 'here', exempt: false, portable: true };
    const job: NewJob<JobPayload> = { id, lane: 'image', ...who, pictures, payload };
    return opened.queue.submit(job);
  }

  return {
    queue: () => opened.queue,
    ask: () => submit('a', asked),
    begun: () => until(async () => isBegun),
    ended: () => until(async () => (await opened.queue.find('a')) === undefined),
    async reopen(changed: { width: number }) {
      await opened.close();
      opened = await open(changed.width);
    },
    /** Pictures of today's ten that are taken, as a request for too many is told. */
    async used() {
      const refusal: unknown = await submit('too-many', 11).catch((error: unknown) => error);
      const left = /^You have (\d+) of your 10 /.exec(refusal instanceof Error ? refusal.message : '')?.[1];
      return 10 - Number(left);
    },
    async close() {
      await opened.queue.stop({ graceMs: 0 });
      await opened.close();
    },
  };
}

async function until(condition: () => Promise<boolean>) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
