import { afterEach, describe, expect, it } from 'vitest';
import type { Moderator } from '../../src/moderation/moderator.ts';
import { type Bot, openBot } from './bot.ts';

let bot: Bot;
afterEach(() => bot.close());

/** Until exactly so many pictures are kept. */
async function untilKept(count: number) {
  while ((await bot.imageFiles()).length !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a picture that somebody sent', () => {
  it('is not kept when what it came with is not accepted', async () => {
    bot = await openBot({ quota: { daily: 1, reset: { hour: 0, minute: 0, timeZone: 'UTC' } } });
    const asked = bot.say('prompt', { text: 'a cat', count: 2 }, {}, [{ bytes: await bot.picture() }]);
    await expect(asked).rejects.toMatchObject({ code: 'quota_exceeded' });
    await untilKept(0);
  });

  it('is not kept when a rule refuses it, unless it came with something else too', async () => {
    let isRefused = false;
    const service: Moderator = {
      judgeTexts: async () => ({}),
      judgePictures: async (pictures) =>
        pictures.map(() => (isRefused ? { refused: { name: 'eyes', reason: 'the picture' } } : {})),
    };
    bot = await openBot({ service });
    const bytes = await bot.picture();
    isRefused = true;
    const [refusal] = (await bot.say('prompt', { text: 'a cat' }, {}, [{ bytes }])).slice(-1);
    expect(refusal?.text).toContain('the picture');
    await untilKept(0);
    isRefused = false;
    await bot.say('search', {}, {}, [{ bytes }]);
    isRefused = true;
    await bot.say('prompt', { text: 'a cat' }, {}, [{ bytes }]);
    await bot.outbox.settled();
    await untilKept(1);
  });
});
