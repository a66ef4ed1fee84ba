import { type APIMessage, PermissionFlagsBits } from 'discord-api-types/v10';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProgressUpdate, Thread } from '../../src/chat.ts';
import { fileAt } from '../fakes/discord/files.ts';
import { type Harness, promptInThread, seenIn, startHarness, testPicture, until } from './harness.ts';

let harness: Harness;
let channel: string;
let thread: () => Thread;
beforeEach(async () => {
  harness = await startHarness();
  const prompted = await promptInThread(harness);
  channel = prompted.thread.id;
  thread = () => harness.adapter().thread(prompted.invocation.thread);
});
afterEach(() => harness.close());

const running = (label: string, fraction?: number): ProgressUpdate => ({
  jobId: 'j',
  status: 'running',
  label,
  fraction,
});
const done: ProgressUpdate = { jobId: 'j', status: 'done', label: 'Done' };
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const edits = () =>
  harness.fake.requests.filter(({ method, path }) => method === 'PATCH' && /messages\/\d+$/.test(path));
const shown = () => seenIn(harness, channel).map(({ content }) => content);

test('many updates are few edits of one message, which shows the latest and goes away at the end', async () => {
  for (let i = 0; i <= 100; i++) {
    void thread().progress(running(`Step ${i}`, i / 100));
    await pause(10);
  }
  await until(() => shown()[0]?.includes('Step 100'));
  expect(seenIn(harness, channel)).toHaveLength(1);
  // Updates took a second and more, and edits are 300 ms apart here.
  const times = edits().map(({ at }) => at);
  expect(times.length).toBeGreaterThan(0);
  for (const [index, at] of times.entries())
    if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(290);
  await thread().progress(done);
  expect(shown()).toEqual([]);
});

test('what is done at once shows no progress', async () => {
  void thread().progress(running('Quick'));
  await thread().progress(done);
  await pause(100);
  expect(harness.fake.requests.filter(({ method, path }) => method === 'POST' && /messages$/.test(path))).toEqual([]);
});

test('a job that goes on after a restart goes on with the same message', async () => {
  void thread().progress(running('First half'));
  const before = await until(() => seenIn(harness, channel).find(({ content }) => content.includes('First half')));
  await harness.restart();
  void thread().progress(running('Second half'));
  await until(() => shown()[0]?.includes('Second half'));
  expect(seenIn(harness, channel).map(({ id }) => id)).toEqual([before.id]);
  await harness.restart();
  await thread().progress(done);
  expect(shown()).toEqual([]);
});

test('a progress message that somebody removed stays away, and the job goes on', async () => {
  void thread().progress(running('First'));
  const message = await until(() => seenIn(harness, channel)[0]);
  const { messages } = harness.fake.world;
  messages.splice(messages.indexOf(message as APIMessage), 1);
  void thread().progress(running('Second'));
  await until(() => edits().length > 0);
  await thread().progress(done);
  expect(shown()).toEqual([]);
});

test('the step is told, and a preview is one file that is replaced, stays until there is a new one, and goes at the end', async () => {
  const step = (number: number, preview?: Uint8Array): ProgressUpdate => ({
    ...running('Drawing', number / 20),
    step: number,
    steps: 20,
    preview,
  });
  const files = () => seenIn(harness, channel)[0]?.attachments.map(({ filename }) => filename);
  const bytesNow = () => fileAt(harness.fake.world, seenIn(harness, channel)[0]?.attachments[0]?.url ?? '');
  const [red, blue] = await Promise.all([testPicture('red', 16), testPicture('blue', 16)]);
  void thread().progress(step(5, red));
  await until(() => files()?.length === 1);
  expect(files()).toEqual(['preview.png']);
  expect(shown()[0]).toContain('25 % · step 5 of 20');
  for (let number = 6; number < 12; number++) {
    void thread().progress(step(number, blue));
    await pause(20);
  }
  await until(() => Buffer.compare(bytesNow() ?? new Uint8Array(), blue) === 0);
  void thread().progress(step(15));
  await until(() => shown()[0]?.includes('step 15'));
  expect(files()).toEqual(['preview.png']);
  void thread().progress(step(16, new TextEncoder().encode('no picture')));
  await until(() => shown()[0]?.includes('step 16'));
  const times = edits().map(({ at }) => at);
  for (const [index, at] of times.entries())
    if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(290);
  await thread().progress(done);
  expect(shown()).toEqual([]);
});

test('where files are not allowed, progress goes on without previews', async () => {
  const place = harness.fake.world.channels.get(channel);
  if (place) place.botPermissions &= ~PermissionFlagsBits.AttachFiles;
  void thread().progress({ ...running('Drawing', 0.5), preview: await testPicture('red', 16) });
  await until(() => shown()[0]?.includes('50 %'));
  void thread().progress({ ...running('Drawing', 0.75), preview: await testPicture('blue', 16) });
  await until(() => shown()[0]?.includes('75 %'));
  expect(seenIn(harness, channel)[0]?.attachments).toEqual([]);
});

test('the cancel control comes back as an action', async () => {
  const cancel = { id: 'cancel:j', label: 'Cancel', emoji: '✖️' };
  void thread().progress({ jobId: 'j', status: 'queued', label: 'Waiting', ahead: 2, cancel });
  const message = await until(() => seenIn(harness, channel).find(({ content }) => content.includes('2 ahead of you')));
  harness.ana.presses(message, 'cancel:j');
  await until(() => harness.core.invocations.some((one) => one.kind === 'action' && one.action === 'cancel:j'));
});
