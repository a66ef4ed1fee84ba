import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../../adapters/slack/ledger.ts';
import type { Card, Thread } from '../../src/chat.ts';
import { type Bot, known, openBot } from './bot.ts';
import { textIn } from './seen.ts';

let bot: Bot;
beforeEach(async () => {
  bot = await openBot();
});
afterEach(() => bot.close());

const secret = 'a very private cat';
const posts = () => bot.slack.posts(bot.channel);
const filesLeft = () => [...bot.slack.workspace.files.values()].filter(({ deleted }) => !deleted);

/** Everything that the adapter keeps, as text. */
function kept(): string {
  const names = ['posts', 'shares', 'messages', 'threads', 'openings', 'files', 'forms'];
  return names.map((name) => JSON.stringify([...bot.state().table(`slack-${name}`).getRange()])).join();
}

async function asked(): Promise<Thread> {
  await bot.slack.people.command(bot.ada, bot.channel, '/prompt', secret);
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

async function cardOf(text: string): Promise<Card> {
  const image = { key: await bot.picture(), alt: secret, width: 64, height: 48, seed: 7 };
  const form = { label: 'Edit', value: secret, maxLength: 4000 };
  return { text, images: [image], actions: [{ id: 'edit:g1', label: 'Edit', emoji: '✏️', form }] };
}

test('a removed card takes its messages and pictures out of Slack', async () => {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  const conversation = bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
  const ref = await conversation.post(await cardOf('long words '.repeat(3000)), { key: 'k' });
  expect(posts().length).toBeGreaterThan(1);
  await conversation.remove(ref);
  expect(posts()).toEqual([]);
  expect(filesLeft()).toEqual([]);
});

test('a picture stays in Slack for as long as any card shows it, be it as a neighbour', async () => {
  const conversation = await asked();
  const card = await cardOf('mine');
  const [image] = card.images ?? [];
  const own = await conversation.post(card, { key: 'own' });
  const neighbours = [{ id: 'n', prompt: 'a cat', source: 'own' as const, picture: image?.key }];
  const other = await conversation.post({ text: 'theirs', neighbours, actions: [] }, { key: 'other' });
  await conversation.remove(own);
  expect(filesLeft()).toHaveLength(1);
  await conversation.remove(other);
  expect(filesLeft()).toEqual([]);
});

test('with the last answer to a command its words go from the channel, and from our records', async () => {
  const conversation = await asked();
  const refs = [
    await conversation.post({ text: 'neighbours', actions: [] }, { key: 'n' }),
    await conversation.post(await cardOf('done'), { key: 'k' }),
  ];
  expect(textIn(posts()[0]?.blocks)).toContain(secret);
  expect(kept()).toContain(secret);
  await conversation.remove(known(refs[0]));
  expect(textIn(posts()[0]?.blocks)).toContain(secret);
  await conversation.remove(known(refs[1]));
  expect(posts()).toEqual([]);
  expect(kept()).not.toContain(secret);
});

test('a thread that others go on with keeps its root, without the words', async () => {
  const conversation = await asked();
  const ref = await conversation.post(await cardOf('done'), { key: 'k' });
  const root = known(posts()[0]);
  await bot.slack.people.say(bot.root, bot.channel, 'nice one', { thread: root.ts });
  await conversation.remove(ref);
  expect(posts().map(({ ts }) => ts)).toEqual([root.ts]);
  expect(textIn(root.blocks)).toContain('deleted');
  expect(JSON.stringify(root)).not.toContain(secret);
});

test('the words of a command are kept no longer than until its thread is open, and not at all where none opens', async () => {
  const conversation = await asked();
  expect(kept()).toContain(secret);
  await conversation.post({ text: 'done', actions: [] }, { key: 'k' });
  expect(kept()).not.toContain(secret);
  bot.handler.script = () => Promise.reject(new Error('the disk is full'));
  await asked();
  expect(kept()).not.toContain(secret);
});

test('what was never answered is forgotten after a week, and so are the oldest of many forms', async () => {
  const ledger = openLedger(bot.state(), 'T1');
  await ledger.beginOpening('old', { title: secret, responseUrl: undefined });
  const form = { label: 'Edit', value: secret, maxLength: 10 };
  const actions = Array.from({ length: 5010 }, (_, index) => ({ id: `edit:${index}`, label: '', emoji: '', form }));
  await ledger.saveForms(actions);
  const day = 24 * 3_600_000;
  await ledger.prune(Date.now() + 6 * day);
  expect(ledger.opening('old')).toBeDefined();
  await ledger.prune(Date.now() + 8 * day);
  expect(ledger.opening('old')).toBeUndefined();
  const left = actions.filter(({ id }) => ledger.form(id));
  expect(left).toHaveLength(5000);
});
