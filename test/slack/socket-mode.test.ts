import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bot, expectSentAgain, openBot, until } from './bot.ts';

let bot: Bot;
afterEach(() => bot.close());

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

  test('messages that are no envelopes are passed over', async () => {
    for (const text of ['null', '7', '{}', 'nonsense', '{"type":"unheard_of"}']) bot.slack.socket.mutter(text);
    await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
    expect(bot.handler.accepted).toHaveLength(1);
    expect(bot.log.filter((line) => line.includes('a message could not be read'))).toHaveLength(1);
  });

  test('an event that could not be made durable is not acknowledged, and comes again', () => expectSentAgain(bot));

  test('an event is acknowledged only once it is durable', async () => {
    let release = () => {};
    bot.handler.script = ({ id }) =>
      new Promise((resolve) => {
        release = () => resolve({ jobId: id, ahead: 0 });
      });
    const said = bot.slack.people.say(bot.ada, bot.slack.workspace.dmWith(bot.ada.id), 'a cat');
    const early = await Promise.race([said, new Promise((resolve) => setTimeout(resolve, 200, 'waiting'))]);
    release();
    expect(early).toBe('waiting');
    expect((await said).deliveries).toMatchObject([{ acked: true, attempts: 1 }]);
  });

  test.each(['drop', 'refresh'] as const)(
    'a connection lost by %s is opened again, and events meanwhile arrive',
    async (how) => {
      bot.slack.socket[how]();
      const { deliveries } = await bot.slack.people.mention(bot.ada, bot.channel, 'a cat');
      expect(deliveries.every(({ acked }) => acked)).toBe(true);
      expect(bot.handler.accepted).toHaveLength(1);
      await until(() => bot.slack.socket.opened === 2);
    },
  );

  test('a command that is under way when Slack recycles the connection is acknowledged on it; one typed then is, too', async () => {
    let release = () => {};
    bot.handler.script = ({ id }) =>
      new Promise((resolve) => {
        release = () => resolve({ jobId: id, ahead: 0 });
      });
    const underWay = bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a cat');
    await until(() => bot.handler.offered.length === 1);
    bot.slack.socket.refresh();
    bot.slack.socket.refresh('warning');
    release();
    bot.handler.script = async ({ id }) => ({ jobId: id, ahead: 0 });
    const typedThen = await bot.slack.people.command(bot.ada, bot.channel, '/prompt', 'a dog');
    expect([(await underWay).acked, typedThen.acked]).toEqual([true, true]);
    await until(() => bot.slack.socket.opened === 2 && bot.slack.socket.connections === 1);
  });

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
