import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { afterEach, expect, test } from 'vitest';
import { createFakeDiscord, type FakeDiscord } from '../fakes/discord/fake-discord.ts';
import { addChannel, addGuild, messagesIn } from '../fakes/discord/world.ts';
import { type Harness, noisyPicture, promptInThread, seenIn, startHarness, until } from './harness.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function opened(): Promise<Harness> {
  const harness = await startHarness();
  closing.push(harness.close);
  return harness;
}

test.each([502, 'drop'] as const)('a post whose answer is lost (%s) is posted once', async (answer) => {
  const harness = await opened();
  const { invocation, thread } = await promptInThread(harness);
  // Twice lost: discord.js tries again at once, and each try takes effect.
  harness.fake.faults.add({ method: 'POST', path: /channels\/\d+\/messages$/, answer, afterEffect: true, times: 2 });
  const ref = await harness.adapter().thread(invocation.thread).post({ text: 'once', actions: [] }, { key: 'k' });
  expect(seenIn(harness, thread.id).map(({ id }) => id)).toEqual([ref.message]);
});

test('parts of a private answer that arrived are not sent again when a later one is too large', async () => {
  const harness = await opened();
  const { ana, channel, core, fake } = harness;
  ana.runs(channel, 'help');
  const invocation = await until(() => core.invocations[0]);
  const key = await harness.images.put(await noisyPicture(500));
  const images = [{ key, alt: 'noise', width: 500, height: 500, seed: 1 }];
  // Nobody tells the limit of this message beforehand: the second part is refused, and comes again smaller.
  fake.faults.add({ method: 'POST', path: /^\/webhooks\//, answer: 413, skip: 1, times: 1 });
  const thread = harness.adapter().thread(invocation.thread);
  const text = 'all about it '.repeat(400);
  await thread.post({ text, images, actions: [] }, { key: 'k' });
  const shown = fake.world.messages.filter(({ id }) => fake.world.ephemeral.has(id));
  expect(shown.map(({ attachments }) => attachments.length)).toEqual([0, 0, 1]);
  expect(shown.map(({ content }) => content).join(' ')).toBe(text.trim());
});

test.each([502, 'drop'] as const)(
  'an answer through the interaction whose answer is lost (%s) is found, not repeated',
  async (answer) => {
    const harness = await opened();
    const { SendMessages, SendMessagesInThreads, CreatePublicThreads } = PermissionFlagsBits;
    harness.channel.botPermissions &= ~(SendMessages | SendMessagesInThreads | CreatePublicThreads);
    harness.ana.runs(harness.channel, 'prompt', { text: 'a dog' });
    const invocation = await until(() => harness.core.invocations[0]);
    harness.fake.faults.add({ method: 'POST', path: /^\/webhooks\//, answer, afterEffect: true, times: 1 });
    const ref = await harness.adapter().thread(invocation.thread).post({ text: 'once', actions: [] }, { key: 'k' });
    const shown = seenIn(harness, harness.channel.id).filter(({ content }) => content.startsWith('once'));
    expect(shown.map(({ id }) => id)).toEqual([ref.message]);
  },
);

/** The program part that posts, as a process. */
function poster(fake: FakeDiscord, settings: Record<string, string>) {
  const { apiUrl, token } = fake;
  const script = fileURLToPath(new URL('./killed-poster.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify({ apiUrl, token, ...settings })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test.each([
  ['before Discord heard of it', false, 'minutes'],
  ['after Discord posted it, and started again at once', true, 'moment'],
  ['after Discord posted it, and started again after the nonce was forgotten', true, 'minutes'],
])('a process killed %s posts once', async (_name, afterEffect, later) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'promptory-once-'));
  const fake = await createFakeDiscord();
  closing.push(async () => {
    await fake.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const guild = addGuild(fake.world, 'Painters');
  const channel = addChannel(fake.world, { type: ChannelType.GuildText, guildId: guild.id });
  const settings = { folder, thread: channel.id, key: 'pictures', text: `a *long* card ${'x '.repeat(1500)}` };
  const posts = () => fake.requests.filter(({ method, path }) => method === 'POST' && /messages$/.test(path));
  // The first of the card's two messages arrives; what happens to the second is never known.
  fake.faults.add({ method: 'POST', path: /messages$/, answer: 'hang', skip: 1, times: 10, afterEffect });
  const first = poster(fake, settings);
  await until(() => posts().length === 2 && (!afterEffect || messagesIn(fake.world, channel.id).length === 2));
  first.kill('SIGKILL');
  await new Promise((resolve) => first.once('exit', resolve));
  if (later === 'minutes') fake.world.clock.advance(10 * 60 * 1000);
  fake.faults.clear();

  const second = poster(fake, settings);
  const [line] = await Promise.all([
    new Promise<string>((resolve) => second.stdout.once('data', (data) => resolve(String(data)))),
    new Promise((resolve) => second.once('exit', resolve)),
  ]);
  const shown = messagesIn(fake.world, channel.id);
  expect(shown).toHaveLength(2);
  expect(JSON.parse(line)).toEqual({ adapter: 'discord', thread: channel.id, message: shown[1]?.id });
});
