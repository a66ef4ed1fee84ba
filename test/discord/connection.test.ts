import { GatewayIntentBits } from 'discord-api-types/v10';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createFakeDiscord } from '../fakes/discord/fake-discord.ts';
import { type Harness, promptInThread, startHarness, until } from './harness.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function opened(options: Parameters<typeof startHarness>[0] = {}): Promise<Harness> {
  const harness = await startHarness(options);
  closing.push(harness.close);
  return harness;
}

const count = ({ fake }: Harness, op: string) => fake.gateway.log.filter((entry) => entry.op === op).length;

/** What somebody asks while the connection is down is answered when it is back, once. */
async function survives(harness: Harness, breakIt: () => void): Promise<void> {
  const { ana, channel, core } = harness;
  breakIt();
  const asked = ana.runs(channel, 'prompt', { text: 'meanwhile' });
  await until(() => core.invocations.some(({ id }) => id === asked.id));
  const again = ana.runs(channel, 'prompt', { text: 'afterwards' });
  await until(() => core.invocations.some(({ id }) => id === again.id));
  expect(core.invocations.filter(({ id }) => id === asked.id)).toHaveLength(1);
  expect(harness.fatal).toEqual([]);
}

test('the intents are the least that is needed, and none of them is privileged', async () => {
  const harness = await opened();
  const { Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions } = GatewayIntentBits;
  expect(harness.fake.gateway.log[0]).toMatchObject({
    op: 'identify',
    shard: [0, 1],
    intents: Guilds | GuildMessages | GuildMessageReactions | DirectMessages | DirectMessageReactions,
  });
});

test.each([1006, 4000, 4009])(
  'a connection closed with %s is resumed, and what came meanwhile is replayed',
  async (code) => {
    const harness = await opened();
    await survives(harness, () => harness.fake.gateway.drop(code));
    expect(count(harness, 'identify')).toBe(1);
    expect(count(harness, 'resume')).toBeGreaterThanOrEqual(1);
  },
);

test('asked to reconnect (op 7), it resumes', async () => {
  const harness = await opened();
  await survives(harness, () => harness.fake.gateway.askReconnect());
  expect(count(harness, 'identify')).toBe(1);
});

test('an invalid session (op 9) begins anew', async () => {
  const harness = await opened();
  harness.fake.gateway.invalidate(false);
  await until(() => count(harness, 'identify') === 2);
  await promptInThread(harness);
});

test('a zombie connection, whose heartbeats are not acked, is dropped and resumed', async () => {
  const harness = await opened({ heartbeatMs: 200 });
  harness.fake.gateway.muteAcks(true);
  await until(() => count(harness, 'resume') > 0);
  harness.fake.gateway.muteAcks(false);
  await promptInThread(harness);
});

test('a RESUME that is never answered heals: the shard identifies anew', async () => {
  const harness = await opened({ heartbeatMs: 300 });
  harness.fake.gateway.ignoreResumes(true);
  harness.fake.gateway.drop(1006);
  await until(() => count(harness, 'resume') > 0);
  await until(() => count(harness, 'identify') === 2);
  await promptInThread(harness);
  expect(harness.logged.some((line) => line.includes('a resume stayed unanswered'))).toBe(true);
});

test('a resume that takes a while, but is answered in time, is left alone', async () => {
  const harness = await opened({ timing: { resumeWithinMs: 3000 } });
  harness.fake.gateway.drop(1006);
  await until(() => count(harness, 'resume') > 0);
  await promptInThread(harness);
  expect(count(harness, 'identify')).toBe(1);
});

test('a wrong token, and what Discord does not grant, end the start with the remedy', async () => {
  const wrong = startHarness({ prepare: ({ world }) => Object.assign(world, { token: 'another' }) });
  await expect(wrong).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('DISCORD_TOKEN'),
  });
  for (const [code, word] of [
    [4004, 'DISCORD_TOKEN'],
    [4010, 'DISCORD_SHARDS'],
    [4011, 'shards'],
    [4013, 'intent'],
    [4014, 'intents'],
  ] as const) {
    const refused = startHarness({ prepare: ({ gateway }) => gateway.refuseIdentify(code) });
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining(word) });
  }
});

test('a token that is refused at the registration of commands ends the start with the reason', async () => {
  const refused = startHarness({
    timing: { holdMs: 60_000 },
    prepare: ({ faults }) => faults.add({ method: 'PUT', path: /commands$/, answer: 401 }),
  });
  await expect(refused).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('DISCORD_TOKEN'),
  });
});

test.each([
  [4013, 'intent'],
  [4014, 'intents'],
])('intents that are refused while running (%s) end it with the reason', async (code, word) => {
  const harness = await opened();
  harness.fake.gateway.refuseIdentify(code);
  harness.fake.gateway.invalidate(false);
  await until(() => harness.fatal.length === 1);
  expect(harness.fatal).toMatchObject([{ code: 'invalid_settings', message: expect.stringContaining(word) }]);
});

test('a token that is taken back while running is reported once, with the reason', async () => {
  const harness = await opened();
  const { invocation } = await promptInThread(harness);
  harness.fake.world.token = 'reset by its owner';
  const thread = harness.adapter().thread(invocation.thread);
  for (const key of ['a', 'b']) {
    await expect(thread.post({ text: 'x', actions: [] }, { key })).rejects.toThrow();
  }
  harness.fake.gateway.invalidate(false);
  await until(() => count(harness, 'identify') === 2);
  expect(harness.fatal).toMatchObject([{ code: 'unauthorized', message: expect.stringContaining('DISCORD_TOKEN') }]);
});

test('a gateway that refuses the token while running is fatal too', async () => {
  const harness = await opened();
  harness.fake.gateway.drop(4004);
  await until(() => harness.fatal.length === 1);
  expect(harness.fatal).toMatchObject([{ code: 'unauthorized' }]);
});

test('when Discord is down at the start, it goes on trying and connects later', async () => {
  const harness = await opened({
    prepare: ({ faults }) => faults.add({ method: 'GET', path: /gateway\/bot/, answer: 503, times: 5 }),
  });
  await until(() => count(harness, 'identify') === 1);
  await until(() => harness.fake.world.commands.size > 0);
  await promptInThread(harness);
});

test('a stop does not wait for ever on a Discord that answers nothing', async () => {
  const harness = await opened({ timing: { holdMs: 200 } });
  const { invocation } = await promptInThread(harness);
  const thread = harness.adapter().thread(invocation.thread);
  harness.fake.faults.add({ method: 'POST', path: /messages$/, answer: 'hang', times: 1 });
  harness.fake.faults.add({ method: 'POST', path: /messages$/, answer: 503, times: 100 });
  const posts = ['a', 'b'].map((key) => thread.post({ text: key, actions: [] }, { key }));
  const ended = Promise.allSettled(posts);
  await until(() => harness.fake.requests.some(({ path }) => /\d\/messages$/.test(path)));
  await harness.adapter().stop();
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('several processes share the servers by their shards', async () => {
  const harness = await opened({ shards: { ids: [0, 2], total: 3 } });
  expect(harness.fake.gateway.log.map(({ shard }) => shard)).toEqual([
    [0, 3],
    [2, 3],
  ]);
});

test('it says goodbye with 1000, takes nothing more, and can still post', async () => {
  const harness = await opened({ timing: { holdMs: 60_000 } });
  const { invocation } = await promptInThread(harness);
  await harness.adapter().stop();
  expect(harness.fake.gateway.log.at(-1)).toEqual({ op: 'close', code: 1000 });
  await harness.adapter().thread(invocation.thread).post({ text: 'the last job', actions: [] }, { key: 'k' });
  expect(harness.fake.world.messages.at(-1)?.content).toBe('the last job');
});

test('the stand-in refuses what Discord would: an unknown session, no identify, a wrong token', async () => {
  const fake = await createFakeDiscord();
  closing.push(fake.close);
  const answer = await fetch(`${fake.apiUrl}/v10/users/@me`, { headers: { authorization: 'Bot wrong' } });
  expect(answer.status).toBe(401);
  const socket = new WebSocket(fake.origin.replace('http', 'ws'));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ op: 3, d: {} }));
  expect(await closed).toBe(4003);
});
