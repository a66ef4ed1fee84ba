import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProgressUpdate, Thread } from '../../src/chat.ts';
import { type Bot, known, openBot, until } from './bot.ts';
import { actionsIn, textIn } from './seen.ts';

let bot: Bot;
beforeEach(async () => {
  bot = await openBot();
});
afterEach(() => bot.close());

const cancel = { id: 'cancel:j', label: 'Cancel', emoji: '✖️' };
const running = (fraction: number): ProgressUpdate => ({
  jobId: 'j',
  status: 'running',
  label: 'Drawing',
  fraction,
  cancel,
});
const posts = () => bot.slack.posts(bot.channel);

async function thread(): Promise<Thread> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

async function shown(conversation: Thread) {
  await conversation.progress(running(0.1));
  return until(() => posts()[0]);
}

test('a job that is done at once shows no progress at all', async () => {
  const conversation = await thread();
  await conversation.progress(running(0));
  await conversation.progress({ jobId: 'j', status: 'done', label: 'Done' });
  expect(bot.slack.calls.filter(({ method }) => method.startsWith('chat.'))).toEqual([]);
});

test('many updates are one message with few edits, three seconds apart', async () => {
  const conversation = await thread();
  const message = await shown(conversation);
  const began = Date.now();
  while (message.edits.length < 2) {
    await conversation.progress(running(Math.min(1, (Date.now() - began) / 10_000)));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  expect(posts()).toHaveLength(1);
  const [first = 0, second = 0] = message.edits;
  expect(first - Number(message.ts) * 1000).toBeGreaterThan(2900);
  expect(second - first).toBeGreaterThan(2900);
  expect(actionsIn(message).map(({ id }) => id)).toEqual([cancel.id]);
});

test('a message that takes long to appear is not edited as soon as it is there', async () => {
  const conversation = await thread();
  let answer = () => {};
  const heldUntil = new Promise<void>((resolve) => {
    answer = resolve;
  });
  bot.slack.faults.next('chat.postMessage', { heldUntil });
  const message = await shown(conversation);
  await conversation.progress(running(0.4));
  await new Promise((resolve) => setTimeout(resolve, 3500));
  const answeredAt = Date.now();
  answer();
  await until(() => message.edits.length === 1);
  expect(known(message.edits[0]) - answeredAt).toBeGreaterThan(2900);
});

test('the message is gone when the job is done', async () => {
  const conversation = await thread();
  await shown(conversation);
  await conversation.progress({ jobId: 'j', status: 'done', label: 'Done' });
  expect(posts()).toEqual([]);
});

test('a cancelled job says so, and its control is gone', async () => {
  const conversation = await thread();
  const message = await shown(conversation);
  await conversation.progress({ jobId: 'j', status: 'cancelled', label: 'Cancelled' });
  expect(textIn(message.blocks)).toContain('Cancelled');
  expect(actionsIn(message)).toEqual([]);
});

test('a resumed job goes on with the message from before the restart', async () => {
  const conversation = await thread();
  const message = await shown(conversation);
  await bot.stop();
  await bot.start();
  const resumed = bot.adapter().thread(conversation.ref);
  await resumed.progress(running(0.7));
  await until(() => message.edits.length === 1);
  await resumed.progress({ jobId: 'j', status: 'done', label: 'Done' });
  expect(posts()).toEqual([]);
});

test('a message whose answer the process did not live to see is gone too when the resumed job is done at once', async () => {
  const conversation = await thread();
  await shown(conversation);
  const table = bot.state().table<{ ts?: string | undefined }>('slack-posts');
  const record = await until(() => {
    const saved = table.get('progress/j');
    return saved?.ts ? saved : undefined;
  });
  await table.put('progress/j', { ...record, ts: undefined });
  await bot.stop();
  await bot.start();
  await bot.adapter().thread(conversation.ref).progress({ jobId: 'j', status: 'done', label: 'Done' });
  expect(posts()).toEqual([]);
});

test('edits that Slack limits are left out, and the job hears nothing of it', async () => {
  const conversation = await thread();
  const message = await shown(conversation);
  bot.slack.faults.next('chat.update', { retryAfter: 1 });
  await conversation.progress(running(0.4));
  await until(() => message.edits.length === 1);
  expect(textIn(message.blocks)).toContain('40 %');
});
