import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Card } from '../../src/chat.ts';
import { BotError } from '../../src/errors.ts';
import type { FakeMessage } from '../fakes/slack/workspace.ts';
import { type Bot, known, openBot, reactions } from './bot.ts';
import { actionsIn } from './seen.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
});
afterAll(() => bot.close());
beforeEach(() => {
  bot.handler.accepted.length = 0;
  bot.handler.script = async ({ id }) => ({ jobId: id, ahead: 0 });
});

let posts = 0;

async function posted(card: Card): Promise<FakeMessage> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  const { thread } = known(bot.handler.accepted.at(-1));
  const ref = await bot
    .adapter()
    .thread(thread)
    .post(card, { key: `card ${posts++}` });
  bot.handler.accepted.length = 0;
  return known(bot.slack.workspace.message(bot.channel.id, ref.message));
}

const again = { id: 'again:g1', label: 'Again', emoji: '🔁' };

test('a press says who, where and what, and is answered in the same thread', async () => {
  const message = await posted({ text: 'done', actions: [again] });
  await bot.slack.people.press(bot.root, bot.channel, message, again.id);
  const press = known(bot.handler.accepted[0]);
  expect(press).toMatchObject({
    kind: 'action',
    action: again.id,
    person: { id: bot.root.id, moderator: true },
    message: { message: message.ts },
  });
  await bot.adapter().thread(press.thread).post({ text: 'again', actions: [] }, { key: 'answer to press' });
  expect(bot.slack.posts(bot.channel).at(-1)?.threadTs).toBe(message.threadTs);
});

test('only administrators count as moderators', async () => {
  const message = await posted({ text: 'done', actions: [again] });
  await bot.slack.people.press(bot.ada, bot.channel, message, again.id);
  expect(bot.handler.accepted[0]?.person.moderator).toBe(false);
  bot.slack.faults.next('users.info', { error: 'user_not_found' });
  const eve = bot.slack.workspace.addUser('eve', { admin: true });
  await bot.slack.people.press(eve, bot.channel, message, again.id);
  expect(bot.handler.accepted[1]?.person.moderator).toBeUndefined();
});

test('many controls become buttons and menus, all of which work', async () => {
  const actions = Array.from({ length: 14 }, (_, index) => ({ id: `use:${index}`, label: `Use ${index}`, emoji: '✏️' }));
  const message = await posted({ text: 'done', actions });
  expect(actionsIn(message).map(({ id }) => id)).toEqual(actions.map(({ id }) => id));
  await bot.slack.people.press(bot.ada, bot.channel, message, 'use:13');
  expect(bot.handler.accepted).toMatchObject([{ kind: 'action', action: 'use:13' }]);
});

test('a control with a form asks for the text first, after a restart too', async () => {
  const edit = {
    id: 'edit:g1',
    label: 'Edit',
    emoji: '✏️',
    form: { label: 'Your prompt', value: 'a cat', maxLength: 4000 },
  };
  const message = await posted({ text: 'done', actions: [edit] });
  await bot.stop();
  await bot.start();
  await bot.slack.people.press(bot.ada, bot.channel, message, edit.id);
  expect(bot.handler.accepted).toEqual([]);
  const opened = known(bot.slack.workspace.views.at(-1));
  expect(JSON.stringify(opened.view)).toContain('"initial_value":"a cat"');
  await bot.slack.people.submit(bot.ada, opened, { text: { text: { type: 'plain_text_input', value: 'a dog' } } });
  expect(bot.handler.accepted).toMatchObject([
    { kind: 'action', action: edit.id, text: 'a dog', message: { message: message.ts } },
  ]);
});

test('a press that is refused is told to the presser alone', async () => {
  const message = await posted({ text: 'done', actions: [again] });
  bot.handler.script = () => Promise.reject(new BotError('queue_full', 'Too many wait.'));
  const { acked } = await bot.slack.people.press(bot.ada, bot.channel, message, again.id);
  expect(acked).toBe(true);
  expect(bot.slack.posts(bot.channel).at(-1)).toMatchObject({
    onlyFor: bot.ada.id,
    text: expect.stringContaining('Too many wait.'),
  });
});

test('a reaction event that is sent again is told apart from one that is given again', async () => {
  const message = await posted({ text: 'done', actions: [] });
  bot.handler.offered.length = 0;
  await bot.slack.people.react(bot.ada, bot.channel, message, '+1');
  await bot.slack.people.redeliverLast();
  expect(bot.handler.offered).toHaveLength(2);
  expect(bot.handler.accepted).toHaveLength(1);
  await bot.slack.people.react(bot.ada, bot.channel, message, '+1');
  expect(bot.handler.accepted).toHaveLength(2);
});

test('presses of the same button are told apart', async () => {
  const message = await posted({ text: 'done', actions: [again] });
  for (const _ of [1, 2]) await bot.slack.people.press(bot.ada, bot.channel, message, again.id);
  expect(bot.handler.accepted).toHaveLength(2);
});

const names = [
  ['+1', 0],
  ['thumbsup', 0],
  ['+1::skin-tone-5', 0],
  ['-1', 1],
  ['arrows_counterclockwise', 2],
  ['sparkles', 3],
  ['art', 4],
  ['mag', 5],
  ['wastebasket', 6],
] as const;

test.each(names)(':%s: counts, given and taken back', async (name, index) => {
  const message = await posted({ text: 'done', actions: [] });
  await bot.slack.people.react(bot.root, bot.channel, message, name);
  await bot.slack.people.unreact(bot.root, bot.channel, message, name);
  const shared = {
    kind: 'reaction',
    emoji: reactions[index],
    message: { message: message.ts },
    person: { moderator: true },
  };
  expect(bot.handler.accepted).toMatchObject([
    { ...shared, added: true },
    { ...shared, added: false },
  ]);
});

test('other emoji, and reactions on what others wrote, mean nothing', async () => {
  const message = await posted({ text: 'done', actions: [] });
  await bot.slack.people.react(bot.ada, bot.channel, message, 'tada');
  const { ts } = await bot.slack.people.say(bot.ada, bot.channel, 'hello');
  await bot.slack.people.react(bot.ada, bot.channel, known(bot.slack.workspace.message(bot.channel.id, ts)), '+1');
  expect(bot.handler.accepted).toEqual([]);
});

test('a reaction on any message of a long card counts for the card', async () => {
  const message = await posted({ text: 'long words '.repeat(3000), actions: [again] });
  const parts = bot.slack.posts(bot.channel).filter(({ threadTs }) => threadTs === message.threadTs);
  expect(parts.length).toBeGreaterThan(1);
  await bot.slack.people.react(bot.ada, bot.channel, known(parts[0]), '+1');
  expect(bot.handler.accepted).toMatchObject([{ kind: 'reaction', message: { message: message.ts } }]);
});
