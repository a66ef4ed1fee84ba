import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/generator/generator.ts';
import { type Bot, openBot } from './bot.ts';

let bot: Bot;
afterEach(() => bot.close());

/** The last card of a run that was asked to start from a picture, and what the backend was asked for. */
async function drawFrom(pictures: number, hasSource: boolean) {
  const asked: ImageRequest[] = [];
  bot = await openBot({ limits: { hasSource }, onDraw: (request) => asked.push(request) });
  const sent = await Promise.all(Array.from({ length: pictures }, async () => ({ bytes: await bot.picture() })));
  const cards = await bot.say('prompt', { text: 'a fox', raw: true, use_as_source: true }, {}, sent);
  return { card: cards.at(-1), asked };
}

describe('/prompt use_as_source', () => {
  it('starts from the picture', async () => {
    const { card, asked } = await drawFrom(1, true);
    expect(asked[0]?.source?.bytes.length).toBeGreaterThan(0);
    expect(JSON.stringify(card)).not.toContain('from the text alone');
  });

  it('says so where the backend can not', async () => {
    const { card, asked } = await drawFrom(1, false);
    expect(asked).toMatchObject([{ source: undefined }]);
    expect(JSON.stringify(card)).toContain("The image backend can't start from a picture");
  });

  it('draws nothing without a picture, and says what to do', async () => {
    const { card, asked } = await drawFrom(0, true);
    expect(asked).toEqual([]);
    expect(card?.text).toContain('There is no picture to start from: send one along');
  });
});
