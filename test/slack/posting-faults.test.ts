import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Thread } from '../../src/chat.ts';
import { type Bot, known, openBot, until } from './bot.ts';
import { textIn } from './seen.ts';

let bot: Bot;
afterEach(() => bot.close());

async function thread(): Promise<Thread> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

const posts = () => bot.slack.posts(bot.channel);
const plain = (text: string) => ({ text, actions: [] });

describe('posting', () => {
  beforeEach(async () => {
    bot = await openBot();
  });

  test.each([
    ['the connection breaks before the post', { hangUp: 'before' }],
    ['the answer to a post is lost', { hangUp: 'after' }],
    ['Slack answers 500', { status: 500 }],
    ['Slack answers internal_error', { error: 'internal_error' }],
    ['Slack limits the rate', { retryAfter: 1 }],
  ] as const)('%s: once all the same', async (_, fault) => {
    const conversation = await thread();
    bot.slack.faults.next('chat.postMessage', fault);
    const ref = await conversation.post(plain('once'), { key: 'k' });
    expect(posts().map(({ ts }) => ts)).toEqual([ref.message]);
  });

  test('the process is killed between the answer of Slack and our record of it: found again, not posted again', async () => {
    const conversation = await thread();
    const ref = await conversation.post(plain('once'), { key: 'k' });
    const record = known(bot.state().table<{ ts?: string | undefined }>('slack-posts').get('k'));
    await bot
      .state()
      .table('slack-posts')
      .put('k', { ...record, ts: undefined });
    await bot.stop();
    await bot.start();
    expect(await bot.adapter().thread(conversation.ref).post(plain('once'), { key: 'k' })).toEqual(ref);
    expect(posts()).toHaveLength(1);
  });

  test('killed while opening a thread: one root message', async () => {
    await bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a cat');
    const { thread: ref } = known(bot.handler.accepted.at(-1));
    await bot.adapter().thread(ref).post(plain('first'), { key: 'first' });
    const table = bot.state().table<{ ts?: string | undefined }>('slack-posts');
    for (const { key, value } of [...table.getRange()]) await table.put(key, { ...value, ts: undefined });
    await bot.stop();
    await bot.start();
    await bot.adapter().thread(ref).post(plain('first'), { key: 'first' });
    expect(posts()).toHaveLength(2);
  });

  test('a root message that takes long is asked for by a card and by the progress at once: one root message', async () => {
    await bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a cat');
    const { thread: ref } = known(bot.handler.accepted.at(-1));
    let arrive = () => {};
    const slowUntil = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    bot.slack.faults.next('chat.postMessage', { slowUntil });
    const conversation = bot.adapter().thread(ref);
    await conversation.progress({ jobId: 'j', status: 'running', label: 'Drawing' });
    await until(() => bot.slack.calls.some(({ method }) => method === 'chat.postMessage'));
    const posted = conversation.post(plain('first'), { key: 'first' });
    // Time in which a second root message would be looked for, missed and posted.
    await new Promise((resolve) => setTimeout(resolve, 500));
    arrive();
    await posted;
    await conversation.progress({ jobId: 'j', status: 'done', label: 'Done' });
    const [root, ...answers] = posts();
    expect(answers.map(({ threadTs }) => threadTs)).toEqual(answers.map(() => root?.ts));
    expect(textIn(answers.at(-1)?.blocks)).toContain('first');
    expect(answers).toHaveLength(1);
  });

  test('killed between the last message of a card and our record of it: reactions on all of its messages count', async () => {
    const conversation = await thread();
    const long = { text: 'long words '.repeat(3000), actions: [] };
    const ref = await conversation.post(long, { key: 'k' });
    const table = bot.state().table('slack-messages');
    for (const { key } of [...table.getRange()]) await table.remove(key);
    await bot.stop();
    await bot.start();
    expect(await bot.adapter().thread(conversation.ref).post(long, { key: 'k' })).toEqual(ref);
    const parts = posts();
    expect(parts.length).toBeGreaterThan(1);
    await bot.slack.people.react(bot.ada, bot.channel, known(parts[0]), '+1');
    expect(bot.handler.accepted.at(-1)).toMatchObject({ kind: 'reaction', message: ref });
  });

  test('a server that keeps no metadata: a post whose answer got lost is found by its block', async () => {
    const conversation = await thread();
    bot.slack.faults.next('chat.postMessage', { hangUp: 'after' });
    const posting = conversation.post(plain('once'), { key: 'k' });
    const posted = await until(() => posts()[0]);
    posted.metadata = undefined;
    await posting;
    expect(posts()).toHaveLength(1);
  });

  test.each([
    ['post', 'chat.postMessage'],
    ['upload', 'files.getUploadURLExternal'],
  ])('the wait that Slack asks for is kept: %s', async (_, method) => {
    const conversation = await thread();
    bot.slack.faults.next(method, { retryAfter: 2 });
    const image = { key: await bot.picture(), alt: 'a cat', width: 64, height: 48, seed: 1 };
    await conversation.post({ text: 'late', images: [image], actions: [] }, { key: 'k' });
    const [first, second] = bot.slack.calls.filter((call) => call.method === method);
    expect(known(second).at - known(first).at).toBeGreaterThanOrEqual(1990);
  });

  test('a storm of 429 delays and loses nothing', async () => {
    const conversation = await thread();
    bot.slack.faults.next('*', ...Array.from({ length: 12 }, () => ({ retryAfter: 0 })), { retryAfter: 1 });
    // Other servers may not say how long to wait.
    bot.slack.faults.next('chat.postMessage', { status: 429 });
    const key = await bot.picture();
    const image = { key, alt: 'a cat', width: 64, height: 48, seed: 1 };
    await Promise.all(
      [1, 2, 3].map((n) => conversation.post({ text: `card ${n}`, images: [image], actions: [] }, { key: `k${n}` })),
    );
    expect(posts()).toHaveLength(3);
  });

  test('a bot that was removed from a private channel says how to invite it', async () => {
    const conversation = await thread();
    bot.channel.kind = 'private';
    bot.channel.members.delete(bot.slack.workspace.botUser);
    await expect(conversation.post(plain('done'), { key: 'k' })).rejects.toMatchObject({
      message: expect.stringContaining('/invite'),
    });
  });

  test('a token that is revoked while running ends the process with the reason, and the post is made after the next start', async () => {
    const conversation = await thread();
    const { bot: token } = bot.slack.tokens;
    bot.slack.tokens.bot = 'another';
    let settled = false;
    const settle = () => {
      settled = true;
    };
    conversation.post(plain('once'), { key: 'k' }).then(settle, settle);
    const [reason] = await until(() => bot.fatal.length > 0 && bot.fatal);
    expect(reason).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('SLACK_BOT_TOKEN (invalid_auth)'),
    });
    expect(settled).toBe(false);
    bot.slack.tokens.bot = token;
    await bot.stop();
    await bot.start();
    await bot.adapter().thread(conversation.ref).post(plain('once'), { key: 'k' });
    expect(posts()).toHaveLength(1);
  });

  test('a wrong token stops the start with the reason', async () => {
    await bot.stop();
    bot.slack.tokens.bot = 'xoxb-wrong';
    const real = bot.slack.tokens.bot;
    bot.slack.faults.next('auth.test', { error: 'token_revoked' });
    bot.slack.tokens.bot = real;
    await expect(bot.start()).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('token_revoked'),
    });
  });
});
