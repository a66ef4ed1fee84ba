import { existsSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { aborted } from '../../src/aborted.ts';
import { BotError } from '../../src/errors.ts';
import { addressFile } from '../../src/handover/work.ts';
import { gate, send, startBot } from './working-bot.ts';

const done = { kind: 'done' };
const event = (number: number) => ({ kind: 'event', event: number });
const failed = (words: string) => ({ kind: 'failed', message: expect.stringContaining(words) });
const stops = failed('The bot was stopped. What it did is kept: run the same command again to go on.');

const toTheEnd = async ({ to }: { to: number }, { onEvent }: { onEvent(event: number): void }) => {
  for (let number = 1; number <= to; number++) onEvent(number);
};

/** Work that counts one and goes on until it is stopped and let go, or for ever. */
function stubborn() {
  const [begun, stopped, letGo] = [gate(), gate(), gate()];
  let runs = 0;
  return {
    begun: begun.opened,
    stopped: stopped.opened,
    letGo: letGo.open,
    runs: () => runs,
    async run(_: unknown, { signal, onEvent }: { signal: AbortSignal; onEvent(event: number): void }) {
      runs += 1;
      onEvent(runs);
      if (runs > 1) return;
      begun.open();
      await aborted(signal);
      stopped.open();
      await letGo.opened;
      signal.throwIfAborted();
    },
  };
}

describe('the server of handed work', () => {
  it('does what it is asked for, and tells every event in its order and the end', async () => {
    const answer = await send(await startBot(toTheEnd));
    expect(answer.status).toBe(200);
    const lines = [await answer.line(), await answer.line(), await answer.line(), await answer.line()];
    expect(lines).toEqual([event(1), event(2), event(3), done]);
    expect(await answer.text()).toBeUndefined();
  });

  it('lets nobody in without its token, which only the owner can read, or by another method', async () => {
    const bot = await startBot(toTheEnd);
    expect(statSync(addressFile(bot.dataDir)).mode & 0o777).toBe(0o600);
    for (const token of ['', 'x', '0'.repeat(bot.token.length), `${bot.token}0`])
      expect((await send(bot, { token })).status).toBe(403);
    expect((await send(bot, { method: 'PUT' })).status).toBe(403);
    expect((await send(bot)).status).toBe(200);
  });

  it('refuses what is none of its work, and what is no JSON, without a line in the log', async () => {
    const bot = await startBot(toTheEnd);
    for (const sent of [{ path: '/other' }, { path: '/' }, { body: '{"to":"many"}' }, { body: '{"to":' }, { body: '' }])
      expect((await send(bot, sent)).status, JSON.stringify(sent)).toBe(400);
    expect(bot.logged).toEqual([]);
    expect(await (await send(bot, { body: '{"to":0}' })).line()).toEqual(done);
  });

  it('outlives a request that breaks off, without a line in the log', async () => {
    const bot = await startBot(toTheEnd);
    const socket = createConnection({ host: '127.0.0.1', port: bot.port });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const head = `POST /count HTTP/1.1\r\nhost: bot\r\nauthorization: Bearer ${bot.token}\r\ncontent-length: 8\r\n\r\n`;
    await new Promise<void>((resolve) => socket.write(`${head}{"t`, () => resolve()));
    socket.destroy();
    await closed;
    expect(await (await send(bot, { body: '{"to":0}' })).line()).toEqual(done);
    expect(bot.logged).toEqual([]);
  });

  it('does one piece of work at a time, and tells another what it is at', async () => {
    const work = stubborn();
    const bot = await startBot(work.run);
    const first = await send(bot);
    await work.begun;
    const second = await send(bot);
    expect(await second.line()).toEqual(failed('The bot is at a count already. Wait for its end, or stop it'));
    expect(await second.text()).toBeUndefined();
    expect(work.runs()).toBe(1);
    work.letGo();
    first.leave();
    await work.stopped;
  });

  it('stops the work when its reader goes away, says that the next one waits for that, and goes on with it', async () => {
    const work = stubborn();
    const bot = await startBot(work.run);
    const first = await send(bot);
    expect(await first.line()).toEqual(event(1));
    first.leave();
    await work.stopped;
    const second = await send(bot);
    expect(await second.line()).toEqual({ kind: 'waiting', message: 'Waiting until the bot has ended a count.' });
    expect(work.runs()).toBe(1);
    work.letGo();
    expect([await second.line(), await second.line()]).toEqual([event(2), done]);
    expect(bot.logged).toEqual([expect.objectContaining({ level: 30, msg: 'stopped: a count, for a command' })]);
  });

  it('stops with the bot: who reads, and who waits, is told that all is kept', async () => {
    const work = stubborn();
    const bot = await startBot(work.run);
    const left = await send(bot);
    await work.begun;
    left.leave();
    await work.stopped;
    const waiting = await send(bot);
    expect(await waiting.line()).toMatchObject({ kind: 'waiting' });
    const stopping = bot.server.stop();
    work.letGo();
    expect(await waiting.line()).toEqual(stops);
    await stopping;
    expect(work.runs()).toBe(1);
    expect(existsSync(addressFile(bot.dataDir))).toBe(false);
  });

  it('waits with its own end for that of the work, whose reader is told', async () => {
    const work = stubborn();
    const bot = await startBot(work.run);
    const answer = await send(bot);
    expect(await answer.line()).toEqual(event(1));
    let isStopped = false;
    const stopping = bot.server.stop().then(() => {
      isStopped = true;
    });
    await work.stopped;
    expect(isStopped).toBe(false);
    work.letGo();
    expect(await answer.line()).toEqual(stops);
    await stopping;
    expect(await answer.text()).toBeUndefined();
  });

  it('passes on what a person can mend, and leaves the rest to the log', async () => {
    const errors = [
      new BotError('disk_full', 'The disk is full. Make room.'),
      new TypeError('secret of the bot'),
      new BotError('invalid_input', 'The file is empty.'),
    ];
    const bot = await startBot(async () => {
      throw errors.shift();
    });
    expect(await (await send(bot)).line()).toEqual(failed('The disk is full. Make room.'));
    expect(await (await send(bot)).line()).toEqual(
      failed('It failed on an unexpected error; the log of the bot has it.'),
    );
    expect(await (await send(bot)).line()).toEqual(failed('The file is empty.'));
    expect(bot.logged).toEqual([
      expect.objectContaining({ level: 50, msg: 'failed: a count, for a command' }),
      expect.objectContaining({
        err: expect.objectContaining({ stack: expect.stringContaining('secret of the bot') }),
      }),
      {
        level: 30,
        time: expect.any(Number),
        pid: expect.any(Number),
        hostname: expect.any(String),
        code: 'invalid_input',
        msg: 'refused: a count, for a command',
      },
    ]);
  });

  it('gives signs of life while nothing happens', async () => {
    const work = stubborn();
    const bot = await startBot(work.run);
    const answer = await send(bot);
    expect(await answer.text()).toBe(JSON.stringify(event(1)));
    expect([await answer.text(), await answer.text()]).toEqual(['', '']);
    work.letGo();
    answer.leave();
    await work.stopped;
  });
});
