import { PermissionFlagsBits } from 'discord-api-types/v10';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Card } from '../../src/chat.ts';
import { fileAt } from '../fakes/discord/files.ts';
import { type Harness, noisyPicture, promptInThread, seenIn, startHarness, testPicture, until } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const messagePosts = /channels\/\d+\/messages$/;

async function pictureCard(count: number, bytes?: Buffer): Promise<Card> {
  const key = await harness.images.put(bytes ?? (await testPicture('teal')));
  const images = Array.from({ length: count }, (_, seed) => ({
    key,
    alt: 'a teal square',
    width: 64,
    height: 64,
    seed,
  }));
  return { text: 'a teal square', images, actions: [{ id: 'again:g', label: 'Again', emoji: '🔁' }] };
}

test('a gateway that drops in the middle of a job loses nothing and posts nothing twice', async () => {
  const { invocation, thread } = await promptInThread(harness);
  const live = harness.adapter().thread(invocation.thread);
  await live.post({ text: 'neighbours', actions: [] }, { key: 'neighbours' });
  harness.fake.gateway.drop(1006);
  const ref = await live.post(await pictureCard(2), { key: 'pictures' });
  const message = seenIn(harness, thread.id).find(({ id }) => id === ref.message);
  if (!message) throw new Error('the pictures were not posted');
  harness.ana.presses(message, 'again:g');
  await until(() => harness.core.invocations.some(({ kind }) => kind === 'action'));
  expect(seenIn(harness, thread.id).map(({ content }) => content)).toEqual(['neighbours', 'a teal square']);
});

test('a storm of rate limits, by route and global, delays and loses nothing', async () => {
  const { limits, faults } = harness.fake;
  limits.set({ method: 'POST', path: messagePosts, limit: 2, window: 300 });
  faults.add({ method: 'POST', path: /threads$/, answer: 429, retryAfter: 0.1, times: 3 });
  faults.add({ method: 'PATCH', path: /@original|%40original/, answer: 429, retryAfter: 0.1, global: true, times: 3 });
  faults.add({ method: 'POST', path: /callback$/, answer: 429, retryAfter: 0.05, times: 2 });
  const prompts = await Promise.all(Array.from({ length: 3 }, (_, i) => promptInThread(harness, `cat ${i}`)));
  await Promise.all(
    prompts.flatMap(({ invocation }) =>
      ['a', 'b', 'c'].map((key) =>
        harness.adapter().thread(invocation.thread).post({ text: key, actions: [] }, { key }),
      ),
    ),
  );
  for (const { thread, interaction } of prompts) {
    expect(
      seenIn(harness, thread.id)
        .map(({ content }) => content)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    expect(interaction.response).toBe(5);
  }
  expect(harness.fake.requests.filter(({ status }) => status === 429)).toHaveLength(8);
});

test('5xx on the upload is tried again until it works, and posts once', async () => {
  const { invocation, thread } = await promptInThread(harness);
  harness.fake.faults.add({ method: 'POST', path: messagePosts, answer: 503, times: 5 });
  harness.fake.faults.add({ method: 'POST', path: messagePosts, answer: 500, times: 1, afterEffect: true });
  await harness
    .adapter()
    .thread(invocation.thread)
    .post(await pictureCard(4), { key: 'k' });
  expect(seenIn(harness, thread.id).map(({ attachments }) => attachments.length)).toEqual([4]);
});

test('5xx while a thread is opened and a command is acked delay, and lose nothing', async () => {
  const { faults } = harness.fake;
  faults.add({ method: 'POST', path: /callback$/, answer: 500, times: 1 });
  faults.add({ method: 'POST', path: /threads$/, answer: 502, times: 4, afterEffect: true });
  faults.add({ method: 'PATCH', path: /original$/, answer: 502, times: 2 });
  const { invocation, thread } = await promptInThread(harness);
  const ref = await harness.adapter().thread(invocation.thread).post({ text: 'there', actions: [] }, { key: 'k' });
  expect(ref.thread).toBe(thread.id);
});

test('a thread that was deleted meanwhile: the answer goes to its channel, and so does what follows', async () => {
  const { invocation, thread } = await promptInThread(harness);
  const live = () => harness.adapter().thread(invocation.thread);
  await live().post({ text: 'neighbours', actions: [] }, { key: 'neighbours' });
  harness.fake.world.channels.delete(thread.id);
  const ref = await live().post(await pictureCard(1), { key: 'pictures' });
  expect(ref.thread).toBe(harness.channel.id);
  await harness.restart();
  expect(await live().post(await pictureCard(1), { key: 'pictures' })).toEqual(ref);
  expect((await live().post({ text: 'more', actions: [] }, { key: 'more' })).thread).toBe(harness.channel.id);
  expect(seenIn(harness, harness.channel.id).map(({ content }) => content)).toEqual([
    '**Ana** · /prompt a cat',
    'a teal square',
    'more',
  ]);
});

test('a bot that was removed from the server gets a clear error, and goes on elsewhere', async () => {
  const { invocation } = await promptInThread(harness);
  harness.fake.world.clock.advance(16 * 60 * 1000);
  harness.guild.hasBot = false;
  const live = harness.adapter().thread(invocation.thread);
  await expect(live.post({ text: 'x', actions: [] }, { key: 'k' })).rejects.toMatchObject({ code: 'forbidden' });
  await live.progress({ jobId: 'j', status: 'running', label: 'Working' });
  await live.progress({ jobId: 'j', status: 'failed', label: 'Failed' });
  expect(harness.fatal).toEqual([]);
  harness.guild.hasBot = true;
  await live.post({ text: 'back again', actions: [] }, { key: 'k' });
});

test('pictures over the limit of the place are re-encoded to fit, also when nobody told the limit', async () => {
  const noisy = await noisyPicture(500);
  const { world } = harness.fake;
  for (const told of [true, false]) {
    const limit = 300_000;
    world.attachmentSizeLimit = told ? limit : 10 * 1024 * 1024;
    const { invocation, thread } = await promptInThread(harness);
    world.attachmentSizeLimit = limit;
    await harness
      .adapter()
      .thread(invocation.thread)
      .post(await pictureCard(2, noisy), { key: 'k' });
    const [message] = seenIn(harness, thread.id);
    expect(message?.attachments).toHaveLength(2);
    const bytes = fileAt(world, message?.attachments[0]?.url ?? '');
    expect(bytes?.length).toBeLessThanOrEqual(limit);
    expect(bytes?.length).toBeGreaterThan(10_000);
    expect(harness.fake.requests.some(({ status }) => status === 413)).toBe(!told);
  }
});

test('a missing permission to attach files is named', async () => {
  harness.channel.botPermissions &= ~PermissionFlagsBits.AttachFiles;
  const { invocation } = await promptInThread(harness);
  harness.fake.world.clock.advance(16 * 60 * 1000);
  await expect(
    harness
      .adapter()
      .thread(invocation.thread)
      .post(await pictureCard(1), { key: 'k' }),
  ).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('Attach Files') });
});
