import { expect, test } from 'vitest';
import { checkDiscord } from '../../adapters/discord/doctor.ts';
import { directChannel } from '../fakes/discord/world.ts';
import { harnessForEach, pictureCard, say, threadOf } from './each.ts';
import { type Harness, promptInThread, seenIn, testCommands, testPicture, until } from './harness.ts';

// A server of others, that sends nothing optional and answers 404 or 501 to what a bot can do without.
let harness: Harness;
harnessForEach(
  (fresh) => {
    harness = fresh;
  },
  { minimal: true },
);

const registrations = () =>
  harness.fake.requests.filter(({ method, path }) => method === 'PUT' && /commands$/.test(path));

test('the whole loop works: command, thread, pictures, an old button and reaction, replies with pictures, delete', async () => {
  const { ana, channel, core, fake } = harness;
  const { invocation, thread, interaction } = await promptInThread(harness);
  expect(interaction.original?.content).toContain('**Ana** · /prompt a cat');
  expect(invocation).toMatchObject({ person: { id: ana.user.id, name: 'Ana' }, scope: `discord:${harness.guild.id}` });
  const live = () => threadOf(harness, invocation);
  await live().progress({ jobId: 'j', status: 'running', label: 'Drawing', fraction: 0.5 });
  await until(() => seenIn(harness, thread.id)[0]?.content.includes('50 %'));
  const ref = await live().post(await pictureCard(harness, 2), { key: 'pictures' });
  await live().progress({ jobId: 'j', status: 'done', label: 'Done' });
  const [message, ...others] = seenIn(harness, thread.id);
  expect(others).toEqual([]);
  if (!message) throw new Error('nothing was posted');

  await harness.restart();
  expect(registrations()).toHaveLength(1);
  ana.presses(message, 'again:g');
  ana.reacts(message, '👍');
  await until(() => core.invocations.length === 3);
  expect(core.invocations.slice(1)).toMatchObject([
    { kind: 'action', action: 'again:g', message: ref },
    { kind: 'reaction', emoji: '👍', message: ref },
  ]);

  const picture = { name: 'cat.png', bytes: await testPicture('red'), contentType: 'image/png' };
  ana.says(thread, 'this?', { pictures: [picture], replyTo: message });
  const reply = await until(() => core.invocations[3]);
  expect(reply).toMatchObject({ kind: 'message', text: 'this?', attachments: [{ name: 'cat.png' }] });
  const [attachment] = reply.kind === 'message' ? reply.attachments : [];
  const url = attachment && 'url' in attachment ? attachment.url : '';
  const local = url.replace('127.0.0.1', 'localhost');
  for (const address of [url, local]) {
    const bytes = await harness.adapter().download?.(address, { signal: AbortSignal.timeout(5000) });
    expect(bytes?.length).toBe(picture.bytes.length);
  }
  await threadOf(harness, reply).post(say('found'), { key: 'k' });
  expect(seenIn(harness, thread.id).at(-1)?.content).toBe('found');

  await live().remove(ref);
  expect(seenIn(harness, thread.id).map(({ id }) => id)).not.toContain(ref.message);
  expect(harness.fatal).toEqual([]);
  ana.runs(channel, 'help');
  const help = await until(() => core.invocations[4]);
  await threadOf(harness, help).post(say('all about it'), { key: 'k' });
  expect(fake.world.messages.at(-1)?.content).toBe('all about it');
});

test('direct messages are known by the server that they are not in: they are answered in place', async () => {
  const { ana, core, fake } = harness;
  const direct = directChannel(fake.world, ana.user);
  ana.says(direct, '', { pictures: [{ name: 'a.png', bytes: await testPicture('red'), contentType: 'image/png' }] });
  await until(() => core.invocations.length === 1);
  ana.runs(direct, 'prompt', { text: 'a cat' });
  await until(() => core.invocations.length === 2);
  for (const invocation of core.invocations) {
    expect(invocation.scope).toBe(`discord:dm:${direct.id}`);
    expect(await threadOf(harness, invocation).post(say('here'), { key: 'k' })).toMatchObject({ thread: direct.id });
  }
});

test("the bot's own pictures in direct messages are not taken for somebody's", async () => {
  const { ana, core, fake } = harness;
  const direct = directChannel(fake.world, ana.user);
  ana.runs(direct, 'prompt', { text: 'a cat' });
  const invocation = await until(() => core.invocations[0]);
  await threadOf(harness, invocation).post(await pictureCard(harness, 1), { key: 'k' });
  // A command after it: whatever should have been heard was heard by then.
  const { id } = ana.runs(direct, 'help');
  await until(() => core.invocations.some((heard) => heard.id === id));
  expect(core.invocations).toHaveLength(2);
});

test('a lost connection resumes without an address for it', async () => {
  harness.fake.gateway.drop(1006);
  await until(() => harness.fake.gateway.log.some(({ op }) => op === 'resume'));
  await promptInThread(harness);
});

test('the doctor makes do with what there is', async () => {
  const { token, apiUrl, world } = harness.fake;
  const checks = await checkDiscord({ token, apiUrl, commands: testCommands });
  expect(checks.slice(0, 2).map(({ ok }) => ok)).toEqual([true, true]);
  expect(checks[1]?.detail).toContain(world.applicationId);
});

test('adult pictures stay hidden where nobody can tell', async () => {
  const { invocation, thread } = await promptInThread(harness);
  const { images = [], ...card } = await pictureCard(harness, 1);
  const adult = images.map((image) => ({ ...image, nsfw: true }));
  await threadOf(harness, invocation).post({ ...card, images: adult }, { key: 'k' });
  expect(seenIn(harness, thread.id)).toMatchObject([{ attachments: [], content: expect.stringContaining('adult') }]);
});
