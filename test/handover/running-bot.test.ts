import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { aborted } from '../../src/aborted.ts';
import { BotError } from '../../src/errors.ts';
import { hereOrInBot } from '../../src/handover/running-bot.ts';
import { addressFile } from '../../src/handover/work.ts';
import { addressOfNothing } from '../fakes/image-server.ts';
import { count, gate, send, startBot } from './working-bot.ts';

const locked = new BotError('database_locked', 'The folder is in use by another Promptory.');

/** Hands work over as a command does whose data folder the bot has. */
function ask(dataDir: string, options: Partial<Parameters<typeof hereOrInBot<{ to: number }, number>>[0]> = {}) {
  const events: number[] = [];
  const here = async () => {
    throw locked;
  };
  const signal = new AbortController().signal;
  const onEvent = (event: number) => void events.push(event);
  const ended = hereOrInBot({ dataDir, work: count, request: { to: 2 }, signal, onEvent, here, ...options });
  return { events, ended };
}

const toTheEnd: Parameters<typeof startBot>[0] = async ({ to }, { onEvent }) => {
  for (let number = 1; number <= to; number++) onEvent(number);
};

describe('work that is done here, or handed to the running bot', () => {
  it('is done here when nobody has the database, and fails as it does here', async () => {
    const { dataDir } = await startBot(toTheEnd);
    await ask(dataDir, { here: async () => undefined }).ended;
    const error = new BotError('disk_full', 'full');
    await expect(ask(dataDir, { here: () => Promise.reject(error) }).ended).rejects.toBe(error);
  });

  it('is handed over once what must come before is done, and gives the same events', async () => {
    const order: string[] = [];
    const bot = await startBot(async (...given) => {
      order.push('work');
      await toTheEnd(...given);
    });
    const beforehand = async () => void order.push('beforehand');
    const { ended, events } = ask(bot.dataDir, { beforehand });
    await ended;
    expect(events).toEqual([1, 2]);
    expect(order).toEqual(['beforehand', 'work']);
  });

  it('is not handed over when what must come before fails', async () => {
    const bot = await startBot(() => Promise.reject(new Error('asked')));
    const error = new BotError('model_unavailable', 'no such model');
    await expect(ask(bot.dataDir, { beforehand: () => Promise.reject(error) }).ended).rejects.toBe(error);
    expect(bot.logged).toEqual([]);
  });

  it('fails as locked where no bot is, or one was killed and left its address', async () => {
    const bot = await startBot(toTheEnd);
    // It may be starting.
    const orStarting = { code: locked.code, message: expect.stringMatching(/another Promptory\. .* in a moment/) };
    rmSync(addressFile(bot.dataDir));
    await expect(ask(bot.dataDir).ended).rejects.toMatchObject(orStarting);
    writeFileSync(addressFile(bot.dataDir), '{"port":');
    await expect(ask(bot.dataDir).ended).rejects.toMatchObject(orStarting);
    const { port } = new URL(await addressOfNothing());
    writeFileSync(addressFile(bot.dataDir), JSON.stringify({ port: Number(port), token: bot.token }));
    await expect(ask(bot.dataDir).ended).rejects.toBe(locked);
  });

  it('tells what it waits for, and what failed there', async () => {
    const told = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const [begun, letGo] = [gate(), gate()];
    let runs = 0;
    const bot = await startBot(async (_, { signal }) => {
      runs += 1;
      if (runs > 1) throw new BotError('not_found', 'That file is gone.');
      begun.open();
      await aborted(signal);
      await letGo.opened;
    });
    const first = await send(bot);
    await begun.opened;
    first.leave();
    const { ended } = ask(bot.dataDir);
    const outcome = expect(ended).rejects.toMatchObject({ code: 'conflict', message: 'That file is gone.' });
    await expect.poll(() => told.mock.calls.flat()).toContain('Waiting until the bot has ended a count.');
    letGo.open();
    await outcome;
    expect(told.mock.calls.flat()[0]).toBe('The bot is running; it does the count.');
    told.mockRestore();
  });

  it('is stopped there by an abort here', async () => {
    const stopping = new AbortController();
    const stopped = gate();
    const bot = await startBot(async (_, { signal, onEvent }) => {
      onEvent(1);
      await aborted(signal);
      stopped.open();
      signal.throwIfAborted();
    });
    const { ended } = ask(bot.dataDir, { signal: stopping.signal, onEvent: () => stopping.abort() });
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    await stopped.opened;
  });

  it('says so when the bot is of another version, or ends meanwhile', async () => {
    const bot = await startBot(toTheEnd);
    const other = { ...count, name: 'newer' };
    await expect(ask(bot.dataDir, { work: other }).ended).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/of another version\. Start it again/),
    });
    writeFileSync(addressFile(bot.dataDir), JSON.stringify({ port: bot.port, token: 'of an earlier start' }));
    await expect(ask(bot.dataDir).ended).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('run the same command again to go on'),
    });
  });
});
