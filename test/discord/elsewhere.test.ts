import { ChannelType, MessageType, PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, test } from 'vitest';
import { deleteThread, kickBot, lockThread } from '../fakes/discord/moderation.ts';
import { addChannel, directChannel, type FakeChannel } from '../fakes/discord/world.ts';
import { harnessForEach, pictureCard, say, threadOf } from './each.ts';
import { type Harness, promptInThread, seenIn, testPicture, until } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

const afterTheInteraction = () => harness.fake.world.clock.advance(16 * 60 * 1000);
const textsIn = ({ id }: Pick<FakeChannel, 'id'>) => seenIn(harness, id).map(({ content }) => content);
const mailbox = () => directChannel(harness.fake.world, harness.ana.user);

describe('an answer that can not be posted where it belongs', () => {
  test('goes to the channel when its thread was deleted, says why, and what follows goes there too', async () => {
    const { invocation, thread } = await promptInThread(harness);
    await threadOf(harness, invocation).post(say('neighbours'), { key: 'neighbours' });
    deleteThread(harness.fake, thread);
    const card = await pictureCard(harness, 1);
    const ref = await threadOf(harness, invocation).post(card, { key: 'pictures' });
    expect(ref.thread).toBe(harness.channel.id);
    await harness.restart();
    expect(await threadOf(harness, invocation).post(card, { key: 'pictures' })).toEqual(ref);
    await threadOf(harness, invocation).post(say('more'), { key: 'more' });
    expect(textsIn(harness.channel)).toEqual([
      '**Ana** · /prompt a cat',
      'a teal square\n\nThis could not be posted in its own place: the thread or channel was deleted.',
      'more',
    ]);
  });

  test('goes to the channel when its thread was locked', async () => {
    const { invocation, thread } = await promptInThread(harness);
    lockThread(harness.fake, thread);
    await threadOf(harness, invocation).post(say('found'), { key: 'k' });
    expect(textsIn(harness.channel).at(-1)).toContain('found\n\nThis could not be posted in its own place');
    expect(textsIn(harness.channel).at(-1)).toContain('locked');
  });

  test('comes back to a thread that was only archived', async () => {
    const { invocation, thread } = await promptInThread(harness);
    thread.archived = true;
    await threadOf(harness, invocation).post(say('found'), { key: 'k' });
    expect(textsIn(thread)).toEqual(['found']);
    expect(thread.archived).toBe(false);
  });

  test('goes to the channel around a thread that it was asked in, also when the ack was refused there', async () => {
    const { thread } = await promptInThread(harness);
    lockThread(harness.fake, thread);
    harness.ana.runs(thread, 'prompt', { text: 'a dog' });
    const invocation = await until(() => harness.core.invocations[1]);
    const ref = await threadOf(harness, invocation).post(say('a dog, found'), { key: 'k' });
    expect(ref.thread).toBe(harness.channel.id);
    expect(textsIn(harness.channel).at(-1)).toContain('a dog, found');
  });

  test('stays between the few of a private thread: it is never posted in the channel around it', async () => {
    const { ana, channel, core, fake, guild } = harness;
    const thread = addChannel(fake.world, {
      type: ChannelType.PrivateThread,
      guildId: guild.id,
      parentId: channel.id,
    });
    ana.runs(thread, 'prompt', { text: 'a dog' });
    const invocation = await until(() => core.invocations[0]);
    await until(() => textsIn(thread).length > 0);
    afterTheInteraction();
    deleteThread(fake, thread);
    await threadOf(harness, invocation).post(say('a dog, found'), { key: 'k' });
    expect(textsIn(channel)).toEqual([]);
    expect(textsIn(mailbox()).at(-1)).toContain('a dog, found');
  });

  test('is no reply where replies are refused', async () => {
    const { ana, channel, core, fake } = harness;
    channel.botPermissions &= ~(PermissionFlagsBits.ReadMessageHistory | PermissionFlagsBits.CreatePublicThreads);
    const picture = { name: 'cat.png', bytes: await testPicture('red'), contentType: 'image/png' };
    ana.says(channel, `<@${fake.world.bot.id}>`, { pictures: [picture] });
    const invocation = await until(() => core.invocations[0]);
    await threadOf(harness, invocation).post(say('found'), { key: 'k' });
    expect(seenIn(harness, channel.id).at(-1)).toMatchObject({ content: 'found', type: MessageType.Default });
  });

  test('is a direct message when the bot was removed from the server, and the bot goes on', async () => {
    const { invocation } = await promptInThread(harness);
    afterTheInteraction();
    kickBot(harness.fake, harness.guild);
    await threadOf(harness, invocation).post(say('found'), { key: 'k' });
    expect(textsIn(mailbox())[0]).toMatch(/^found\n\nThis could not be posted in its own place: I /);
    harness.guild.hasBot = true;
    const { thread, invocation: next } = await promptInThread(harness);
    await threadOf(harness, next).post(say('back again'), { key: 'k' });
    expect(textsIn(thread)).toEqual(['back again']);
    expect(harness.fatal).toEqual([]);
  });

  test('is a final error, told once, when nobody can be reached at all; nothing is posted later by itself', async () => {
    const { invocation } = await promptInThread(harness);
    afterTheInteraction();
    kickBot(harness.fake, harness.guild);
    harness.fake.world.unreachable.add(harness.ana.user.id);
    const live = threadOf(harness, invocation);
    const before = harness.fake.requests.length;
    await expect(live.post(say('x'), { key: 'k' })).rejects.toMatchObject({ code: 'forbidden' });
    expect(harness.fake.requests.length - before).toBeLessThan(6);
    await live.progress({ jobId: 'j', status: 'running', label: 'Working' });
    await live.progress({ jobId: 'j', status: 'failed', label: 'Failed' });
    expect(harness.fatal).toEqual([]);
    harness.guild.hasBot = true;
    const ref = await live.post(say('once more'), { key: 'k' });
    expect(textsIn({ id: ref.thread })).toEqual(['once more']);
  });

  test('names the permission that is missing', async () => {
    harness.channel.botPermissions &= ~PermissionFlagsBits.AttachFiles;
    const { invocation } = await promptInThread(harness);
    afterTheInteraction();
    await threadOf(harness, invocation).post(await pictureCard(harness, 1), { key: 'k' });
    expect(seenIn(harness, mailbox().id)).toMatchObject([
      { content: expect.stringContaining('I lack the permission Attach Files'), attachments: [{}] },
    ]);
  });

  test('keeps adult pictures out of the direct message that it becomes', async () => {
    const adult = addChannel(harness.fake.world, {
      type: ChannelType.GuildText,
      guildId: harness.guild.id,
      nsfw: true,
    });
    harness.ana.runs(adult, 'prompt', { text: 'a nude' });
    const invocation = await until(() => harness.core.invocations[0]);
    const card = await pictureCard(harness, 2);
    const [first, second] = card.images ?? [];
    const mixed = { ...card, images: [{ ...first, nsfw: true }, second] as typeof card.images };
    afterTheInteraction();
    kickBot(harness.fake, harness.guild);
    await threadOf(harness, invocation).post(mixed, { key: 'k' });
    expect(seenIn(harness, mailbox().id)).toMatchObject([
      { attachments: [{}], content: expect.stringContaining('age-restricted channel') },
    ]);
  });
});

test('a post in a locked thread can still be removed, and one that is out of reach says so', async () => {
  const { invocation, thread } = await promptInThread(harness);
  const live = threadOf(harness, invocation);
  const ref = await live.post(say('long '.repeat(900)), { key: 'k' });
  lockThread(harness.fake, thread);
  await live.remove(ref);
  expect(textsIn(thread)).toEqual([]);
  thread.locked = false;
  const other = await live.post(say('stays'), { key: 'other' });
  kickBot(harness.fake, harness.guild);
  await expect(live.remove(other)).rejects.toMatchObject({ code: 'forbidden' });
});

test("the bot's own private answers, which Discord reports as direct messages, are not taken for somebody's", async () => {
  const { fake, ana, channel, core } = harness;
  const interaction = ana.runs(channel, 'help');
  const invocation = await until(() => core.invocations[0]);
  const card = await pictureCard(harness, 1);
  await threadOf(harness, invocation).post({ ...card, personal: true }, { key: 'k' });
  await threadOf(harness, invocation).post({ ...card, personal: true }, { key: 'k2' });
  expect(interaction.isEphemeral).toBe(true);
  const next = ana.runs(channel, 'help');
  await until(() => core.invocations.some(({ id }) => id === next.id));
  expect(core.invocations.map(({ kind }) => kind)).toEqual(['command', 'command']);
  expect(fake.world.ephemeral.size).toBeGreaterThanOrEqual(2);
});
