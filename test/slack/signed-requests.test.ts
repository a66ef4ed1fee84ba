import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sign } from '../fakes/slack/signed-http.ts';
import { type Bot, expectSentAgain, freePort, openBot } from './bot.ts';

let bot: Bot;
afterEach(() => bot.close());

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

  test('an event that could not be made durable is not acknowledged, and comes again', () => expectSentAgain(bot));
});
