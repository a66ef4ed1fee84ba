import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Thread } from '../../src/chat.ts';
import { sign } from '../fakes/slack/signed-http.ts';
import { type Bot, freePort, known, openBot, until } from './bot.ts';

let bot: Bot;
afterEach(() => bot.close());

async function thread(): Promise<Thread> {
  await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
  return bot.adapter().thread(known(bot.handler.accepted.at(-1)).thread);
}

async function isSentAgain() {
  let failures = 2;
  bot.handler.script = async ({ id }) => {
    if (failures-- > 0) throw new Error('the disk is gone');
    return { jobId: id, ahead: 0 };
  };
  const said = await bot.slack.people.say(bot.ada, bot.slack.workspace.dmWith(bot.ada.id), 'a cat');
  expect(said.deliveries).toMatchObject([{ acked: true, attempts: 3 }]);
  expect(bot.handler.accepted).toHaveLength(1);
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

  test('a storm of 429 delays and loses nothing', async () => {
    const conversation = await thread();
    bot.slack.faults.next('*', ...Array.from({ length: 12 }, () => ({ retryAfter: 0 })), { retryAfter: 1 });
    const key = await bot.picture();
    const image = { key, alt: 'a cat', width: 64, height: 48, seed: 1 };
    await Promise.all(
      [1, 2, 3].map((n) => conversation.post({ text: `card ${n}`, images: [image], actions: [] }, { key: `k${n}` })),
    );
    expect(posts()).toHaveLength(3);
  });

  test('an archived channel: the card fails with the reason, and the asker hears of it by direct message', async () => {
    const conversation = await thread();
    bot.channel.archived = true;
    const failure = await conversation.post(plain('done'), { key: 'k' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'forbidden', message: expect.stringContaining('archived') });
    await conversation.post({ text: 'The channel is archived.', tone: 'error', actions: [] }, { key: 'error' });
    await conversation.post({ text: 'The channel is archived.', tone: 'error', actions: [] }, { key: 'error' });
    expect(bot.slack.posts(bot.slack.workspace.dmWith(bot.ada.id))).toHaveLength(1);
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

describe('Socket Mode', () => {
  beforeEach(async () => {
    bot = await openBot({ timing: { ackMs: 400, retriesMs: [50, 200, 400, 800, 1600, 3000] } });
  });

  test('an event whose acknowledgement got lost is sent again, and accepted once', async () => {
    let attempts = 0;
    bot.handler.script = async ({ id }) => {
      attempts += 1;
      return { jobId: id, ahead: 0 };
    };
    bot.slack.socket.ignoreAcks(true);
    const said = bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
    await until(() => attempts >= 4);
    bot.slack.socket.ignoreAcks(false);
    const { deliveries } = await said;
    expect(deliveries.every(({ acked, attempts: sent }) => acked && sent > 1)).toBe(true);
    expect(bot.handler.accepted).toHaveLength(1);
  });

  test('an event that could not be made durable is not acknowledged, and comes again', () => isSentAgain());

  test('an event is acknowledged only once it is durable', async () => {
    let release = () => {};
    bot.handler.script = ({ id }) =>
      new Promise((resolve) => {
        release = () => resolve({ jobId: id, ahead: 0 });
      });
    const said = bot.slack.people.say(bot.ada, bot.slack.workspace.dmWith(bot.ada.id), 'a cat');
    const early = await Promise.race([said, new Promise((resolve) => setTimeout(resolve, 200, 'waiting'))]);
    expect(early).toBe('waiting');
    release();
    expect((await said).deliveries).toMatchObject([{ acked: true, attempts: 1 }]);
  });

  test.each(['drop', 'refresh'] as const)(
    'a connection lost by %s is opened again, and events meanwhile arrive',
    async (how) => {
      bot.slack.socket[how]();
      const { deliveries } = await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
      expect(deliveries.every(({ acked }) => acked)).toBe(true);
      expect(bot.handler.accepted).toHaveLength(1);
      expect(bot.slack.socket.opened).toBe(2);
    },
  );

  test('a connection dropped between receiving and acknowledging: accepted once', async () => {
    let dropped = false;
    bot.handler.script = async ({ id }) => {
      if (!dropped) bot.slack.socket.drop();
      dropped = true;
      return { jobId: id, ahead: 0 };
    };
    await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
    expect(bot.handler.accepted).toHaveLength(1);
  });

  test('429 and 500 on reconnecting are waited out', async () => {
    bot.slack.faults.next('apps.connections.open', { retryAfter: 1 }, { status: 500 }, { hangUp: 'before' });
    bot.slack.socket.drop();
    await until(() => bot.slack.socket.opened === 2);
    expect(bot.fatal).toEqual([]);
  });

  test('a token refused on reconnecting ends the process with the reason instead of an unhandled rejection', async () => {
    bot.slack.revoke();
    bot.slack.socket.drop();
    const [reason] = await until(() => bot.fatal.length > 0 && bot.fatal);
    expect(reason).toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('SLACK_APP_TOKEN (invalid_auth)'),
    });
  });

  test('stopping waits for what is being accepted, and takes nothing new', async () => {
    let release = () => {};
    bot.handler.script = ({ id }) =>
      new Promise((resolve) => {
        release = () => resolve({ jobId: id, ahead: 0 });
      });
    const answer = bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a cat');
    await until(() => bot.handler.offered.length === 1);
    const stopped = bot.stop();
    release();
    expect((await answer).acked).toBe(true);
    await stopped;
    await until(() => bot.slack.socket.connections === 0);
  });
});

describe('signed requests', () => {
  let port: number;
  beforeEach(async () => {
    port = await freePort();
    bot = await openBot({ http: { port, signingSecret: 'f00d' } });
  });

  const body = new URLSearchParams({
    command: '/prompt',
    text: 'a cat',
    channel_id: 'C1',
    user_id: 'U1',
    user_name: 'x',
    trigger_id: 't1',
    team_id: 'T1',
  }).toString();
  const send = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/slack/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });

  test('unsigned, wrongly signed and old requests are refused', async () => {
    const old = Math.floor(Date.now() / 1000) - 6 * 60;
    const statuses = await Promise.all([send({}), send(sign('wrong', body)), send(sign('f00d', body, old))]);
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(bot.handler.accepted).toEqual([]);
  });

  test('a request that is replayed within the window is accepted once', async () => {
    const headers = sign('f00d', body);
    expect((await send(headers)).status).toBe(200);
    expect((await send(headers)).status).toBe(200);
    expect(bot.handler.accepted).toHaveLength(1);
  });

  test('an event that could not be made durable is not acknowledged, and comes again', () => isSentAgain());
});
