import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSlack } from '../../adapters/slack/doctor.ts';
import { createReactionNames } from '../../adapters/slack/emoji.ts';
import { createHostCheck } from '../../adapters/slack/hosts.ts';
import { neededScopes } from '../../adapters/slack/scopes.ts';
import { actions, commands } from '../../commands/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { createFakeSlack, type FakeSlack } from '../fakes/slack/fake-slack.ts';
import { freePort } from './bot.ts';

describe('the manifest', () => {
  const manifest = readFileSync(path.join(packageRoot, 'adapters/slack/manifest.yaml'), 'utf8');
  const listed = (section: string) => {
    const [, items = ''] = new RegExp(`\\n *${section}:\\n((?: +- .*\\n)+)`).exec(manifest) ?? [];
    return items.split('\n').flatMap((line) => /- (.+)/.exec(line)?.[1] ?? []);
  };

  test('asks for exactly the scopes that the doctor checks and the stand-in grants', async () => {
    const slack = await createFakeSlack();
    expect(listed('bot')).toEqual(Object.keys(neededScopes));
    expect([...slack.scopes]).toEqual(Object.keys(neededScopes));
    await slack.close();
  });

  test('has the commands under their names, as far as Slack leaves them free', () => {
    const own = [...manifest.matchAll(/command: \/(\S+)/g)].map(([, name]) => name);
    const builtIn = ['search', 'help'];
    expect(own).toEqual([...commands.map(({ name }) => name).filter((name) => !builtIn.includes(name)), 'promptory']);
  });
});

describe('the doctor', () => {
  let slack: FakeSlack;
  beforeAll(async () => {
    slack = await createFakeSlack();
  });
  afterAll(() => slack.close());
  const log = pino({ level: 'silent' });
  const check = (tokens: { bot: string; app: string }) =>
    checkSlack({ botToken: tokens.bot, connection: { appToken: tokens.app }, apiUrl: slack.apiUrl, log });

  test('is content with valid tokens, and opens the socket', async () => {
    expect((await check(slack.tokens)).map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(slack.socket.opened).toBe(1);
  });

  test('names the missing permissions', async () => {
    slack.scopes.delete('reactions:read');
    const missing = (await check(slack.tokens)).filter(({ ok }) => !ok);
    slack.scopes.add('reactions:read');
    expect(missing).toMatchObject([
      { name: 'Slack permissions', detail: 'missing: reactions:read (to hear reactions)' },
    ]);
  });

  test('names the missing permission of the app token', async () => {
    slack.appScopes.clear();
    const faults = (await check(slack.tokens)).filter(({ ok }) => !ok);
    slack.appScopes.add('connections:write');
    expect(faults).toMatchObject([
      {
        name: 'Slack Socket Mode',
        detail: 'Slack answered missing_scope (needed: connections:write)',
        remedy: expect.stringContaining('connections:write'),
      },
    ]);
  });

  test('tells wrong tokens apart', async () => {
    const [bot, socket] = await check({ bot: 'xoxb-wrong', app: 'xapp-wrong' });
    expect(bot).toMatchObject({
      name: 'Slack bot token',
      ok: false,
      detail: expect.stringContaining('SLACK_BOT_TOKEN'),
    });
    expect(socket).toMatchObject({
      name: 'Slack Socket Mode',
      ok: false,
      detail: expect.stringContaining('SLACK_APP_TOKEN'),
    });
    const [, , swapped] = await check({ bot: slack.tokens.bot, app: slack.tokens.bot });
    expect(swapped).toMatchObject({ ok: false });
  });

  test('sees a port that is taken', async () => {
    const port = await freePort();
    const options = {
      botToken: slack.tokens.bot,
      connection: { signingSecret: 'f00d', port },
      apiUrl: slack.apiUrl,
      log,
    };
    expect((await checkSlack(options)).at(-1)).toMatchObject({ ok: true });
    const taken = Number(new URL(slack.apiUrl).port);
    expect((await checkSlack({ ...options, connection: { signingSecret: 'f00d', port: taken } })).at(-1)).toMatchObject(
      { ok: false },
    );
  });
});

describe('addresses', () => {
  test('tokens and pictures go to Slack alone, or to the server that the operator named', () => {
    const official = createHostCheck(undefined);
    expect(['https://files.slack.com/a', 'https://slack.com/a'].map(official)).toEqual([true, true]);
    const others = [
      'http://files.slack.com/a',
      'https://files.slack.com.evil.example/a',
      'https://evilslack.com/',
      'http://127.0.0.1/',
    ];
    expect(others.map(official)).toEqual([false, false, false, false]);
    const local = createHostCheck('http://127.0.0.1:8080/api/');
    const loopback = [
      'http://127.0.0.1:9090/upload',
      'http://localhost:1/a',
      'http://[::1]:1/a',
      'https://localhost/a',
    ];
    expect(loopback.map(local)).toEqual([true, true, true, true]);
    const foreign = [
      'https://files.slack.com/a',
      'http://10.0.0.1/a',
      'http://localhost.evil.example/a',
      'ftp://127.0.0.1/a',
      'x',
    ];
    expect(foreign.map(local)).toEqual(foreign.map(() => false));
    const own = createHostCheck('https://slack.example.org/api/');
    expect(
      ['https://slack.example.org:8443/upload', 'http://slack.example.org/upload', 'https://localhost/a'].map(own),
    ).toEqual([true, false, false]);
  });
});

test('every reaction that is a control of the core has a name in Slack, and the usual ones work', () => {
  const emoji = actions.flatMap((action) => (action.reaction ? [action.emoji] : []));
  const emojiOf = createReactionNames(emoji);
  const usual = ['+1', '-1', 'arrows_counterclockwise', 'sparkles', 'art', 'mag', 'wastebasket'];
  expect(usual.map((name) => emojiOf(name))).toEqual(emoji);
});
