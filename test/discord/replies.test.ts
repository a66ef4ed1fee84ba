import { type APIMessage, ChannelType, MessageType } from 'discord-api-types/v10';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BotError } from '../../src/errors.ts';
import { addPerson, type Picture } from '../fakes/discord/people.ts';
import { addChannel, directChannel } from '../fakes/discord/world.ts';
import { type Harness, promptInThread, seenIn, startHarness, testPicture, until } from './harness.ts';

let harness: Harness;
let picture: Picture;
beforeEach(async () => {
  harness = await startHarness();
  picture = { name: 'cat.png', bytes: await testPicture('red'), contentType: 'image/png' };
});
afterEach(() => harness.close());

const answer = { text: 'found', actions: [] };
const mention = () => `<@${harness.fake.world.bot.id}>`;

async function heard(): Promise<number> {
  // A command after it: whatever should have been heard was heard by then.
  const before = harness.core.invocations.length;
  const interaction = harness.ana.runs(harness.channel, 'help');
  await until(() => harness.core.invocations.some(({ id }) => id === interaction.id));
  return harness.core.invocations.length - before - 1;
}

test('a mention with pictures is a reverse search by all of them, in a thread on it', async () => {
  const { ana, channel, core, fake } = harness;
  const file = { name: 'notes.txt', bytes: Buffer.from('hi'), contentType: 'text/plain' };
  const message = ana.says(channel, `${mention()} what made these?`, { pictures: [picture, file, picture] });
  const invocation = await until(() => core.invocations[0]);
  expect(invocation).toMatchObject({
    kind: 'message',
    id: message.id,
    text: 'what made these?',
    scope: `discord:${harness.guild.id}`,
    person: { id: ana.user.id, name: 'Ana' },
    attachments: [{ name: 'cat.png' }, { name: 'cat.png' }],
  });
  const ref = await harness.adapter().thread(invocation.thread).post(answer, { key: 'k' });
  expect(fake.world.channels.get(ref.thread)).toMatchObject({ id: message.id, name: 'Find the prompt' });
});

test('at most four pictures of a message are taken', async () => {
  harness.ana.says(harness.channel, mention(), { pictures: Array.from({ length: 6 }, () => picture) });
  const invocation = await until(() => harness.core.invocations[0]);
  expect(invocation.kind === 'message' && invocation.attachments).toHaveLength(4);
});

test('a picture in a direct message, and a reply to the bot in a thread, are answered in place by replies', async () => {
  const { ana, core, fake } = harness;
  const { thread } = await promptInThread(harness);
  const opener = fake.world.messages.find(({ id }) => id === thread.id) as APIMessage;
  const direct = directChannel(fake.world, ana.user);
  for (const [channel, options] of [
    [direct, {}],
    [thread, { replyTo: opener }],
  ] as const) {
    const before = core.invocations.length;
    const message = ana.says(channel, 'this', { pictures: [picture], ...options });
    const invocation = await until(() => core.invocations[before]);
    const ref = await harness.adapter().thread(invocation.thread).post(answer, { key: 'k' });
    expect(ref.thread).toBe(channel.id);
    expect(seenIn(harness, channel.id).at(-1)).toMatchObject({
      type: MessageType.Reply,
      message_reference: { message_id: message.id },
    });
  }
});

test("other people's messages, bots, and mentions without a picture are left alone", async () => {
  const { ana, channel, fake } = harness;
  const ben = addPerson(fake, 'Ben');
  const hers = ana.says(channel, 'mine', { pictures: [picture] });
  ben.says(channel, 'nice', { pictures: [picture], replyTo: hers });
  ana.says(channel, `${mention()} hello`);
  ben.user.bot = true;
  ben.says(channel, mention(), { pictures: [picture] });
  expect(await heard()).toBe(0);
  // Also where a server would let the bot see them.
  fake.world.showsContent = true;
  ana.says(channel, 'mine', { pictures: [picture] });
  ana.says(channel, 'yours', { pictures: [picture], replyTo: hers });
  expect(await heard()).toBe(0);
});

test('what the core refuses is said in a reply, once', async () => {
  const { ana, channel, core } = harness;
  core.onAccept = async () => {
    throw new BotError('invalid_input', 'That is too many pictures.');
  };
  ana.says(channel, mention(), { pictures: [picture] });
  const reply = await until(() => seenIn(harness, channel.id)[1]);
  expect(reply).toMatchObject({ type: MessageType.Reply, content: expect.stringContaining('That is too many') });
  core.onAccept = async () => {};
  expect(await heard()).toBe(0);
  expect(seenIn(harness, channel.id).slice(2)).toEqual([]);
});

test('a reply that does not ping keeps its picture from the bot, as Discord does without the privileged intent', async () => {
  const { ana, channel, fake } = harness;
  const { thread } = await promptInThread(harness);
  const opener = fake.world.messages.find(({ id }) => id === thread.id) as APIMessage;
  ana.says(channel, 'this', { pictures: [picture], replyTo: opener, ping: false });
  expect(await heard()).toBe(0);
});

test('in an announcement channel a thread is opened too, in a voice channel it answers in place', async () => {
  const { ana, core, fake, guild } = harness;
  for (const [type, isThread] of [
    [ChannelType.GuildAnnouncement, true],
    [ChannelType.GuildVoice, false],
  ] as const) {
    const channel = addChannel(fake.world, { type, guildId: guild.id });
    const before = core.invocations.length;
    ana.says(channel, mention(), { pictures: [picture] });
    const invocation = await until(() => core.invocations[before]);
    const ref = await harness.adapter().thread(invocation.thread).post(answer, { key: 'k' });
    expect(ref.thread !== channel.id).toBe(isThread);
  }
});

test('only addresses of Discord, or of the configured server, are fetched', async () => {
  const fetchIt = (url: string) => harness.adapter().download?.(url, { signal: AbortSignal.timeout(5000) });
  for (const url of [
    'https://example.com/cat.png',
    'http://localhost:1/cat.png',
    'https://cdn.discordapp.com.evil.example/a',
  ]) {
    await expect(fetchIt(url)).rejects.toMatchObject({ code: 'forbidden' });
  }
  const message = harness.ana.says(harness.channel, mention(), { pictures: [picture] });
  const url = message.attachments[0]?.url ?? '';
  expect((await fetchIt(url))?.length).toBe(picture.bytes.length);
  harness.fake.world.clock.advance(25 * 60 * 60 * 1000);
  await expect(fetchIt(url)).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('expire') });
});
