import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ChannelType } from 'discord-api-types/v10';
import { Redis } from 'ioredis';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeA1111, startFakeA1111 } from '../fakes/a1111/fake-a1111.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { createFakeDiscord, type FakeDiscord } from '../fakes/discord/fake-discord.ts';
import { addPerson } from '../fakes/discord/people.ts';
import { addChannel, addGuild, messagesIn } from '../fakes/discord/world.ts';
import { createFakeSlack, type FakeSlack } from '../fakes/slack/fake-slack.ts';
import { endOf, startCommand } from '../importer/command.ts';
import { hasRedis, type RedisServer, startRedis } from '../redis.ts';
import { until } from './discord-scene.ts';
import { newFolder, type Program, startProgram } from './program.ts';
import { countsOf, everythingOnce, isQuiet } from './slack-program.ts';

const bucket = 'pictures';

/** Two real programs with a data folder each, on one Redis, one ClickHouse, one bucket and one image server. */
describe.skipIf(!hasRedis)('two programs that share the work', () => {
  const programs: Program[] = [];
  let redis: RedisServer;
  let clickhouse: ClickHouseServer;
  let pictures: S3rver;
  let a1111: FakeA1111;
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let environment: Record<string, string>;

  beforeAll(async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'promptory-s3-'));
    const buckets = [{ name: bucket, configs: [] }];
    pictures = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: buckets });
    [redis, clickhouse, a1111, discord, slack] = await Promise.all([
      startRedis(),
      startClickHouse({ folder: path.join(newFolder(), 'server') }),
      startFakeA1111(),
      createFakeDiscord(),
      createFakeSlack(),
    ]);
    environment = {
      CLIP_MODEL: 'tiny',
      REDIS_URL: redis.url,
      CLICKHOUSE_URL: clickhouse.url,
      S3_BUCKET: bucket,
      S3_ENDPOINT: `http://127.0.0.1:${(await pictures.run()).port}`,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
      IMAGE_BACKEND: `a1111 ${a1111.url}`,
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      SLACK_API_URL: slack.apiUrl,
    };
    await importRows();
  }, 300_000);
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await Promise.all([discord, slack, a1111, clickhouse, pictures].map((server) => server?.close()));
    await redis?.stop();
  });

  /** With a corpus of its own the program draws no demo. */
  async function importRows() {
    const folder = newFolder();
    const file = path.join(folder, 'few.csv');
    const prompts = ['a cat on a sofa', 'a dog in the snow', 'a red castle', 'a ship at sea', 'a city at night'];
    writeFileSync(file, ['id,prompt', ...prompts.map((prompt, index) => `few-${index},${prompt}`)].join('\n'));
    const { CLICKHOUSE_URL = '' } = environment;
    const done = await endOf(startCommand('importer/main.ts', path.join(folder, 'data'), [file], { CLICKHOUSE_URL }));
    expect(done).toMatchObject({ code: 0 });
  }

  async function start(): Promise<Program> {
    const connected = discord.gateway.connected;
    const program = await startProgram(newFolder(), environment);
    programs.push(program);
    await until(() => program.output().includes('connected to Slack') && discord.gateway.connected > connected);
    return program;
  }

  it('finishes in the right threads, once, what another one accepted, and what another one was killed over', {
    timeout: 300_000,
  }, async () => {
    const one = await start();
    a1111.state.hold();

    const guild = addGuild(discord.world, 'Painters');
    const art = addChannel(discord.world, { type: ChannelType.GuildText, name: 'art', guildId: guild.id });
    const asked = addPerson(discord, 'Ana').runs(art, 'prompt', { text: 'a cat sleeping on the sofa', seed: 7 });
    await until(() => a1111.state.current());
    const ada = slack.workspace.addUser('ada');
    const channel = slack.workspace.addChannel('art', { kind: 'public', members: [ada.id] });
    await slack.people.command(ada, channel, '/prompt', 'a lighthouse by the sea --seed 8');
    await untilWaiting(2);
    // What lets its holder speak as the bot is sealed there.
    const kept = await inRedis((client) => client.hvals('{promptory}:payload'));
    expect(kept.join('\n')).toContain('"sealed"');
    for (const secret of [asked.token, 'response_url', `${slack.apiUrl.replace(/\/api.*/, '')}`])
      expect(kept.join('\n')).not.toContain(secret);

    // The second program begins what waits, while the first one draws.
    await start();
    await until(() => a1111.state.accepted.length === 2);
    // The first one takes the place in line away that it showed.
    await until(() => slack.posts(channel).every(({ text }) => !/in line|ahead/.test(text)));
    programs.splice(programs.indexOf(one), 1);
    await one.end('SIGKILL');
    a1111.state.release();
    await untilWaiting(0);

    const answers = await until(() => {
      const thread = messagesIn(discord.world, asked.original?.id ?? '').filter(isOwn);
      return thread.every(({ content }) => !content.startsWith('⏳')) && thread;
    });
    expect(answers.map(({ attachments }) => attachments.length)).toEqual([0, 1]);
    expect(answers[0]?.content).toContain('Similar proven prompts');
    expect(asked.original?.content).toContain('a cat sleeping on the sofa');
    expect(messagesIn(discord.world, art.id).filter(isOwn)).toHaveLength(1);

    await until(() => isQuiet(slack.posts(channel)));
    const [root, ...replies] = slack.posts(channel);
    expect(replies).toHaveLength(2);
    expect(countsOf(replies)).toMatchObject({ pictures: 1, errors: 0 });
    expect(replies.every(({ threadTs }) => threadTs === root?.ts)).toBe(true);
  });

  it('leaves nothing under way in Slack when the one is killed that told how far it is', {
    timeout: 300_000,
  }, async () => {
    a1111.state.hold();
    const ada = slack.workspace.addUser('ada');
    const channel = slack.workspace.addChannel('sea', { kind: 'public', members: [ada.id] });
    await slack.people.command(ada, channel, '/prompt', 'a lighthouse by the sea --seed 9');
    await until(() => slack.posts(channel).some(({ text }) => /^(▰|▱|Drawing)/.test(text)));
    const [killed] = programs.splice(0, 1);
    await start();
    await killed?.end('SIGKILL');
    a1111.state.release();
    await untilWaiting(0);

    await until(() => isQuiet(slack.posts(channel)));
    expect(countsOf(slack.posts(channel).slice(1))).toEqual(everythingOnce);
  });

  const isOwn = ({ author }: { author: { id: string } }) => author.id === discord.world.bot.id;

  async function inRedis<Value>(look: (client: Redis) => Promise<Value>): Promise<Value> {
    const client = new Redis(redis.url);
    try {
      return await look(client);
    } finally {
      client.disconnect();
    }
  }

  async function untilWaiting(count: number) {
    const waiting = () => inRedis((client) => client.hlen('{promptory}:index'));
    while ((await waiting()) !== count) await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
