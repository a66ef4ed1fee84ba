import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Card, Thread, ThreadRef } from '../../src/chat.ts';
import { type Bot, known, openBot } from './bot.ts';
import { picturesIn } from './seen.ts';

// Where blocks never take the file, pictures are shared as files.

let bot: Bot;
beforeEach(async () => {
  bot = await openBot();
});
afterEach(() => bot.close());

const refusal = { error: 'invalid_blocks', errors: ['invalid slack file [json-pointer:/blocks/0/slack_file]'] };
const posts = () => bot.slack.posts(bot.channel);
const shared = () => posts().filter((message) => message.files.length > 0);
const uploads = () => bot.slack.calls.filter(({ method }) => method === 'upload').length;
const filesLeft = () => [...bot.slack.workspace.files.values()].filter(({ deleted }) => !deleted);

function refuseBlocks() {
  bot.slack.faults.next('chat.postMessage', refusal, refusal, refusal, refusal);
}

async function thread(): Promise<Thread> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

async function cardOf(text: string): Promise<Card> {
  const image = { key: await bot.picture(), alt: 'a cat', width: 64, height: 48, seed: 7 };
  return { text, images: [image], actions: [] };
}

async function restarted(ref: ThreadRef): Promise<Thread> {
  await bot.stop();
  await bot.start();
  return bot.adapter().thread(ref);
}

test('they are in the thread, and reactions on them count for the card', async () => {
  refuseBlocks();
  const conversation = await thread();
  const ref = await conversation.post(await cardOf('done'), { key: 'k' });
  expect(shared()).toHaveLength(1);
  expect(shared()[0]?.threadTs).toBe(known(bot.slack.workspace.message(bot.channel.id, ref.message)).threadTs);
  await bot.slack.people.react(bot.ada, bot.channel, known(shared()[0]), '+1');
  expect(bot.handler.accepted.at(-1)).toMatchObject({ kind: 'reaction', message: ref });
});

test.each(['before the files were shared', 'after the files were shared'])(
  'killed %s: the same files go on',
  async (when) => {
    refuseBlocks();
    const conversation = await thread();
    const card = await cardOf('done');
    if (when === 'before the files were shared') {
      // The picture's own upload completes; its sharing does not.
      bot.slack.faults.next('files.completeUploadExternal', { hangUp: 'after' }, { error: 'fatal' });
      await expect(conversation.post(card, { key: 'k' })).rejects.toThrow();
    } else {
      await conversation.post(card, { key: 'k' });
      const { ts: _, ...record } = known(bot.state().table<{ ts?: string }>('slack-shares').get('k#shared'));
      await bot.state().table('slack-shares').put('k#shared', record);
      await bot.state().table('slack-posts').remove('k');
      const [controls] = posts().filter((message) => message.files.length === 0);
      bot.channel.messages.splice(bot.channel.messages.indexOf(known(controls)), 1);
    }
    const before = uploads();
    await (await restarted(conversation.ref)).post(card, { key: 'k' });
    expect(uploads()).toBe(before);
    expect(shared()).toHaveLength(1);
    expect(posts()).toHaveLength(2);
  },
);

test('removing the card deletes them', async () => {
  refuseBlocks();
  const conversation = await thread();
  const ref = await conversation.post(await cardOf('done'), { key: 'k' });
  expect(filesLeft().length).toBeGreaterThan(0);
  await conversation.remove(ref);
  expect(posts()).toEqual([]);
  expect(filesLeft()).toEqual([]);
});

test('--broadcast shares them in the channel too', async () => {
  await bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a cat --broadcast');
  const conversation = bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
  await conversation.post({ text: 'neighbours', actions: [] }, { key: 'n' });
  refuseBlocks();
  await conversation.post(await cardOf('done'), { key: 'k' });
  const [root] = posts();
  expect(shared().map(({ threadTs }) => threadTs)).toEqual([root?.ts, undefined]);
  expect(posts().filter(({ broadcast }) => broadcast)).toEqual([]);
});

test('--broadcast shows the picture of a card that takes several messages', async () => {
  await bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a cat --broadcast');
  const conversation = bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
  const card = await cardOf('long words '.repeat(1027));
  const actions = Array.from({ length: 8 }, (_, index) => ({ id: `a:${index}`, label: 'x'.repeat(75), emoji: '' }));
  await conversation.post({ ...card, actions }, { key: 'k' });
  const seen = posts().filter(({ broadcast }) => broadcast);
  expect(posts().length).toBeGreaterThan(2);
  expect(seen.map((message) => picturesIn(message).length)).toEqual([1]);
});
