import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Thread } from '../../src/chat.ts';
import { type Bot, known, openBot } from './bot.ts';
import { textIn } from './seen.ts';

// What the asker alone sees, wherever they can be reached.

let bot: Bot;
beforeEach(async () => {
  bot = await openBot();
});
afterEach(() => bot.close());

async function thread(): Promise<Thread> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

const posts = () => bot.slack.posts(bot.channel);
const plain = (text: string) => ({ text, actions: [] });

test('an archived channel: the card fails with the reason, and the asker hears of it by direct message', async () => {
  const conversation = await thread();
  bot.channel.archived = true;
  const failure = await conversation.post(plain('done'), { key: 'k' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'forbidden', message: expect.stringContaining('archived') });
  await conversation.post({ text: 'The channel is archived.', tone: 'error', actions: [] }, { key: 'error' });
  await conversation.post({ text: 'The channel is archived.', tone: 'error', actions: [] }, { key: 'error' });
  expect(bot.slack.posts(bot.slack.workspace.dmWith(bot.ada.id))).toHaveLength(1);
});

test('the answer to a direct message is lost: it is found there, not sent again', async () => {
  const conversation = await thread();
  bot.channel.archived = true;
  bot.slack.faults.next('chat.postMessage', { hangUp: 'after' });
  await conversation.post({ text: 'The channel is archived.', tone: 'error', actions: [] }, { key: 'error' });
  expect(bot.slack.posts(bot.slack.workspace.dmWith(bot.ada.id))).toHaveLength(1);
});

test.each([
  ['the answer is lost', { hangUp: 'after' }],
  ['Slack turns it away', { status: 503 }],
  ['Slack limits the rate', { retryAfter: 1 }],
] as const)('an answer for the asker alone is shown once: %s', async (_, fault) => {
  const conversation = await thread();
  bot.slack.faults.next('chat.postEphemeral', fault);
  await conversation.post({ ...plain('for you'), personal: true }, { key: 'k' });
  expect(posts().map(({ onlyFor }) => onlyFor)).toEqual([bot.ada.id]);
});

test('an answer of several messages for the asker alone goes on where it failed', async () => {
  const conversation = await thread();
  const long = { text: 'long words '.repeat(2000), personal: true, actions: [] };
  bot.slack.faults.next('chat.postEphemeral', { status: 503 }, { error: 'invalid_arguments' });
  await expect(conversation.post(long, { key: 'k' })).rejects.toThrow();
  await conversation.post(long, { key: 'k' });
  const texts = posts().map(({ blocks }) => textIn(blocks));
  expect(new Set(texts).size).toBe(texts.length);
});
