import { afterEach, describe, expect, test } from 'vitest';
import { renderCard } from '../../adapters/slack/render/card.ts';
import { type Bot, known, openBot } from './bot.ts';
import { textIn } from './seen.ts';

describe('a channel', () => {
  let bot: Bot;
  afterEach(() => bot.close());

  test.each([true, false])('is for adults where the operator says so: %s', async (adultChannel) => {
    bot = await openBot({ adultChannel });
    const { ada, channel, slack, handler, adapter } = bot;
    await slack.people.mention(ada, channel, 'prompt a statue');
    const thread = adapter().thread(known(handler.offered.at(-1)).thread);
    expect(await thread.isForAdults?.()).toBe(adultChannel);
    expect(thread.adultRemedy).toContain('SLACK_NSFW_CHANNELS');
  });
});

test('ranked pictures carry their place and fit', () => {
  const image = { key: 'key', alt: 'x', width: 64, height: 64, seed: 7 };
  const images = [{ ...image, rank: 1, fit: 0.834 }, { ...image, rank: 2 }, image];
  const messages = renderCard({ text: 'x', images, actions: [] }, { files: new Map([['key', 'F1']]), web: true });
  const blocks = messages.flatMap((message) => message.blocks);
  const titles = blocks.flatMap((block) => ('title' in block && block.title ? [block.title] : []));
  expect(titles).toMatchObject([
    { text: '1 of 3, fits 83 %, 64 × 64, seed 7' },
    { text: '2 of 3, 64 × 64, seed 7' },
    { text: '64 × 64, seed 7' },
  ]);
  expect(textIn(blocks)).toContain('x');
});
