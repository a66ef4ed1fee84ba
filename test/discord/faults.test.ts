import { expect, test } from 'vitest';
import { fileAt } from '../fakes/discord/files.ts';
import { harnessForEach, pictureCard } from './each.ts';
import { type Harness, noisyPicture, promptInThread, seenIn, until } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

const messagePosts = /channels\/\d+\/messages$/;

test('a gateway that drops in the middle of a job loses nothing and posts nothing twice', async () => {
  const { invocation, thread } = await promptInThread(harness);
  const live = harness.adapter().thread(invocation.thread);
  await live.post({ text: 'neighbours', actions: [] }, { key: 'neighbours' });
  harness.fake.gateway.drop(1006);
  const ref = await live.post(await pictureCard(harness, 2), { key: 'pictures' });
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
    .post(await pictureCard(harness, 4), { key: 'k' });
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
      .post(await pictureCard(harness, 2, noisy), { key: 'k' });
    const [message] = seenIn(harness, thread.id);
    expect(message?.attachments).toHaveLength(2);
    const bytes = fileAt(world, message?.attachments[0]?.url ?? '');
    expect(bytes?.length).toBeLessThanOrEqual(limit);
    expect(bytes?.length).toBeGreaterThan(10_000);
    expect(harness.fake.requests.some(({ status }) => status === 413)).toBe(!told);
  }
});
