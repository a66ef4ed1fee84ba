import { InteractionResponseType, MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import { expect, test } from 'vitest';
import { BotError } from '../../src/errors.ts';
import { directChannel, usualPermissions } from '../fakes/discord/world.ts';
import { harnessForEach, say, threadOf } from './each.ts';
import { type Harness, promptInThread, seenIn, testPicture, until } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

test('a command is deferred, introduced by a first message, and answered in a thread on it', async () => {
  const text = `a cat *sleeping* on the sofa ${'and more '.repeat(20)}`;
  const { interaction, invocation, thread } = await promptInThread(harness, text);
  expect(interaction.response).toBe(InteractionResponseType.DeferredChannelMessageWithSource);
  expect(invocation).toMatchObject({
    kind: 'command',
    command: 'prompt',
    options: { text },
    scope: `discord:${harness.guild.id}`,
    person: { id: harness.ana.user.id, name: 'Ana', moderator: false },
  });
  expect(interaction.original?.content).toContain('**Ana** · /prompt a cat \\*sleeping\\* on the sofa');
  expect(thread).toMatchObject({ id: interaction.original?.id, parentId: harness.channel.id });
  expect(thread.name).toMatch(/^a cat \*sleeping\* on the sofa .{20,50}…$/);
  const ref = await threadOf(harness, invocation).post(say('found'), { key: 'k' });
  expect(ref).toEqual({ adapter: 'discord', thread: thread.id, message: seenIn(harness, thread.id)[0]?.id });
});

test('no answer of the bot mentions anybody, and every post carries an enforced nonce', async () => {
  const { invocation } = await promptInThread(harness, '@everyone <@1>');
  await threadOf(harness, invocation).post(say('@here'), { key: 'k' });
  const bodies = harness.fake.requests
    .filter(
      ({ method, path }) => ['POST', 'PATCH'].includes(method) && /messages(\/|$)/.test(path) && !/threads$/.test(path),
    )
    .map(({ body }) => body);
  expect(bodies.length).toBeGreaterThanOrEqual(2);
  for (const body of bodies) expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
  const post = harness.fake.requests.find(({ method, path }) => method === 'POST' && /messages$/.test(path));
  expect(post?.body).toMatchObject({ enforce_nonce: true, nonce: expect.stringMatching(/^.{20,25}$/) });
});

test('in a thread it stays in it, in a direct message it answers in place', async () => {
  const { thread } = await promptInThread(harness);
  const direct = directChannel(harness.fake.world, harness.ana.user);
  for (const channel of [thread, direct]) {
    const before = harness.core.invocations.length;
    harness.ana.runs(channel, 'prompt', { text: 'a dog' });
    const invocation = await until(() => harness.core.invocations[before]);
    const ref = await threadOf(harness, invocation).post(say('here'), { key: 'k' });
    expect(ref.thread).toBe(channel.id);
    expect(seenIn(harness, channel.id).map(({ content }) => content)).toEqual(['**Ana** · /prompt a dog', 'here']);
  }
  expect(harness.core.invocations.at(-1)?.scope).toBe(`discord:dm:${direct.id}`);
});

test('where a thread is not allowed it answers in place, and names the missing permission', async () => {
  const { CreatePublicThreads } = PermissionFlagsBits;
  harness.channel.botPermissions = usualPermissions & ~CreatePublicThreads;
  const interaction = harness.ana.runs(harness.channel, 'prompt', { text: 'a dog' });
  const invocation = await until(() => harness.core.invocations[0]);
  const ref = await threadOf(harness, invocation).post(say('here'), { key: 'k' });
  expect(ref.thread).toBe(harness.channel.id);
  await until(() => interaction.original?.content.includes('Create Public Threads'));
});

test('where it may not post at all, the answer comes through the interaction and names the permission', async () => {
  const { SendMessages, CreatePublicThreads, SendMessagesInThreads } = PermissionFlagsBits;
  harness.channel.botPermissions = usualPermissions & ~(SendMessages | CreatePublicThreads | SendMessagesInThreads);
  harness.ana.runs(harness.channel, 'prompt', { text: 'a dog' });
  const invocation = await until(() => harness.core.invocations[0]);
  await threadOf(harness, invocation).post(say('here it is'), { key: 'k' });
  const answer = seenIn(harness, harness.channel.id).at(-1);
  expect(answer?.content).toContain('here it is');
  expect(answer?.content).toContain('Send Messages, Create Public Threads, Send Messages in Threads');
});

test('a personal command is acked and answered for the asker alone, once per key', async () => {
  const interaction = harness.ana.runs(harness.channel, 'help');
  const invocation = await until(() => harness.core.invocations[0]);
  const thread = threadOf(harness, invocation);
  const long = 'all about it '.repeat(400);
  const refs = [await thread.post(say(long), { key: 'help' }), await thread.post(say(long), { key: 'help' })];
  expect(refs[0]).toEqual(refs[1]);
  await thread.post(say('one more thing'), { key: 'more' });
  expect(interaction.isEphemeral).toBe(true);
  expect(seenIn(harness, harness.channel.id)).toEqual([]);
  const shown = harness.fake.world.messages.filter(({ flags }) => (flags ?? 0) & MessageFlags.Ephemeral);
  expect(shown.map(({ content }) => content.slice(0, 12))).toEqual([
    'all about it',
    'all about it',
    'all about it',
    'one more thi',
  ]);
  await thread.progress({ jobId: 'j', status: 'running', label: 'Working' });
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(seenIn(harness, harness.channel.id)).toEqual([]);
});

test('a personal answer that comes after 15 minutes is a direct message', async () => {
  const { invocation } = await promptInThread(harness);
  harness.fake.world.clock.advance(16 * 60 * 1000);
  await threadOf(harness, invocation).post(say('for you', { personal: true }), { key: 'k' });
  expect(seenIn(harness, directChannel(harness.fake.world, harness.ana.user).id).map(({ content }) => content)).toEqual(
    ['for you'],
  );
});

test('answers that come after 15 minutes are ordinary messages', async () => {
  harness.fake.faults.add({ method: 'PATCH', path: /%40original/, answer: 'hang', times: 1 });
  const { CreatePublicThreads } = PermissionFlagsBits;
  harness.channel.botPermissions = usualPermissions & ~CreatePublicThreads;
  const { ana, channel, core, fake } = harness;
  fake.world.clock.advance(1);
  const interaction = ana.runs(channel, 'prompt', { text: 'late' });
  const invocation = await until(() => core.invocations[0]);
  await harness.restart();
  fake.world.clock.advance(16 * 60 * 1000);
  await threadOf(harness, invocation).post(say('at last'), { key: 'k' });
  expect(
    seenIn(harness, channel.id)
      .filter(({ id }) => id !== interaction.original?.id)
      .map(({ content }) => content),
  ).toEqual(['**Ana** · /prompt late', 'at last']);
});

test('what the core refuses is said in place of "thinking", without a thread', async () => {
  harness.core.onAccept = async () => {
    throw new BotError('queue_full', '100 requests are waiting *already*.');
  };
  const interaction = harness.ana.runs(harness.channel, 'prompt', { text: 'a dog' });
  await until(() => interaction.original?.content === '⚠️ 100 requests are waiting \\*already\\*.');
  expect(harness.fake.world.channels.has(interaction.original?.id ?? '')).toBe(false);
});

test('an ack that comes too late loses nothing: the answer is an ordinary message', async () => {
  harness.fake.faults.add({ method: 'POST', path: /callback$/, answer: 503, times: 1 });
  const { ana, channel, core, fake } = harness;
  const interaction = ana.runs(channel, 'prompt', { text: 'late' });
  fake.world.clock.advance(4000);
  const invocation = await until(() => core.invocations[0]);
  const ref = await threadOf(harness, invocation).post(say('still here'), { key: 'k' });
  expect(interaction.response).toBeUndefined();
  const [opener] = seenIn(harness, channel.id);
  expect(opener?.content).toBe('**Ana** · /prompt late');
  expect(ref.thread).toBe(opener?.id);
});

test('the log of what Discord refused has neither the token of the interaction nor what was said', async () => {
  const { ana, channel, fake, logged } = harness;
  fake.faults.add({ method: 'PATCH', path: /original$/, answer: 400, times: 1 });
  fake.faults.add({ method: 'POST', path: /callback$/, answer: 400, skip: 1, times: 1 });
  const interactions = ['a secret cat', 'a secret dog'].map((text) => ana.runs(channel, 'prompt', { text }));
  const lines = () => logged.filter((line) => /acked too late|could not be shown/.test(line));
  await until(() => lines().length >= 2);
  expect(lines().join()).toContain('DiscordAPIError');
  expect(logged.join()).not.toContain('a secret');
  for (const { token } of interactions) expect(logged.join()).not.toContain(token);
});

test('nothing is sent through an interaction before its ack', async () => {
  // The ack is tried again half a second later, long after the job was accepted.
  harness.fake.faults.add({ method: 'POST', path: /callback$/, answer: 503, times: 1 });
  const { interaction } = await promptInThread(harness);
  expect(interaction.original?.content).toContain('/prompt a cat');
  expect(harness.fake.requests.filter(({ status }) => status >= 400).map(({ status }) => status)).toEqual([503]);
});

test('a picture comes along as an address; another file is refused', async () => {
  const { ana, channel, core } = harness;
  const bytes = await testPicture('red');
  ana.runs(channel, 'prompt', { text: 'like this', image: { name: 'red.png', bytes, contentType: 'image/png' } });
  const invocation = await until(() => core.invocations[0]);
  const [attachment] = invocation.kind === 'command' ? invocation.attachments : [];
  const url = attachment && 'url' in attachment ? attachment.url : '';
  const fetched = await harness.adapter().download?.(url, { signal: AbortSignal.timeout(5000) });
  expect(Buffer.from(fetched ?? [])).toEqual(bytes);
  expect(invocation).toMatchObject({ options: { text: 'like this' } });
  const text = { name: 'notes.txt', bytes: Buffer.from('hi'), contentType: 'text/plain' };
  const refused = ana.runs(channel, 'prompt', { text: 'like this', image: text });
  await until(() => refused.original?.content.includes('notes.txt is no picture'));
});

test('"Find the prompt" searches by the pictures of a message, and says so when there is none', async () => {
  const { ana, channel, core } = harness;
  const picture = { name: 'cat.png', bytes: await testPicture('red'), contentType: 'image/png' };
  ana.picks(ana.says(channel, 'look', { pictures: [picture, picture] }), 'Find the prompt');
  const invocation = await until(() => core.invocations[0]);
  expect(invocation).toMatchObject({
    kind: 'message',
    text: '',
    attachments: [{ name: 'cat.png' }, { name: 'cat.png' }],
  });
  const none = ana.picks(ana.says(channel, 'no picture'), 'Find the prompt');
  await until(() => none.original?.content.includes('no picture'));
  expect(none.isEphemeral).toBe(true);
  expect(core.invocations).toHaveLength(1);
});
