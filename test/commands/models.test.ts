import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Card } from '../../src/chat.ts';
import { type Bot, openBot } from './bot.ts';

let models = ['plain', 'sdxl base', 'turbo'];
let bot: Bot;
beforeAll(async () => {
  bot = await openBot({ models: async () => models });
});
afterAll(() => bot.close());

const idOf = (cards: readonly Card[]) => cards.find(({ images }) => images)?.generationId ?? '';

async function modelOf(cards: readonly Card[]): Promise<string | undefined> {
  await bot.outbox.settled();
  return (await bot.store.findGeneration('memory:home', idOf(cards)))?.model;
}

const person = { id: 'ann', name: 'ann' };
const suggest = (typed: string) =>
  bot.handler.suggest({ command: 'prompt', option: 'model', typed, scope: 'memory:home', person });

describe('/prompt model', () => {
  it('offers what exists, by what is typed', async () => {
    expect(await suggest('')).toEqual(['plain', 'sdxl base', 'turbo']);
    expect(await suggest('TUR')).toEqual(['turbo']);
  });

  it('draws with the one that was named', async () => {
    expect(await modelOf(await bot.say('prompt', { text: 'a fox', model: 'turbo' }))).toBe('turbo');
    expect(await modelOf(await bot.say('prompt', { text: 'a fox' }))).toBe('plain');
  });

  it('refuses an unknown one before it is queued, and names those there are', async () => {
    const waiting = (await bot.queue.all()).length;
    await expect(bot.say('prompt', { text: 'a fox', model: 'turbp' })).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'There is no image model turbp here. Did you mean turbo? There are: plain, sdxl base, turbo.',
    });
    expect(await bot.queue.all()).toHaveLength(waiting);
  });

  it('keeps the model in derived runs while it exists', async () => {
    const first = await bot.say('prompt', { text: 'a walrus', model: 'sdxl base' });
    const again = await bot.press(`again:${idOf(first)}`);
    expect(await modelOf(again)).toBe('sdxl base');
    models = ['plain'];
    expect(await modelOf(await bot.press(`again:${idOf(again)}`))).toBe('plain');
  });
});
