import { ChannelType } from 'discord-api-types/v10';
import { expect, test } from 'vitest';
import type { Card, Invocation } from '../../src/chat.ts';
import { addChannel, directChannel, type FakeChannel } from '../fakes/discord/world.ts';
import { harnessForEach, pictureCard, threadOf } from './each.ts';
import { type Harness, seenIn, until } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

/** Two pictures and three neighbours, of which the first are adult. */
async function mixedCard(): Promise<Card> {
  const card = await pictureCard(harness, 2);
  const [one, two] = card.images ?? [];
  if (!one || !two) throw new Error('two pictures are expected');
  const neighbour = (id: string, nsfw: boolean) => ({ id, prompt: `prompt of ${id}`, source: 'own' as const, nsfw });
  const neighbours = [neighbour('n1', true), neighbour('n2', false), neighbour('n3', false)];
  return { ...card, images: [{ ...one, nsfw: true }, two], neighbours };
}

async function askedIn(channel: FakeChannel): Promise<Invocation> {
  const { id } = harness.ana.runs(channel, 'prompt', { text: 'a nude' });
  return until(() => harness.core.invocations.find((invocation) => invocation.id === id));
}

const add = (nsfw: boolean) =>
  addChannel(harness.fake.world, { type: ChannelType.GuildText, guildId: harness.guild.id, nsfw });

test('adult pictures and prompts are left out elsewhere, with a sentence that says where to look; the others keep their numbers', async () => {
  for (const channel of [add(false), directChannel(harness.fake.world, harness.ana.user)]) {
    const ref = await threadOf(harness, await askedIn(channel)).post(await mixedCard(), { key: 'k' });
    const shown = seenIn(harness, ref.thread).at(-1);
    expect(shown?.attachments).toHaveLength(1);
    expect(shown?.embeds.map(({ title }) => title)).toEqual(['Prompt 2', 'Prompt 3']);
    expect(shown?.content).toContain('Not shown here, because marked as adult: 1 picture and 1 similar prompt.');
    expect(shown?.content).toContain('Ask again in an age-restricted channel to see all.');
    expect(JSON.stringify(shown)).not.toContain('prompt of n1');
  }
});

test('in an age-restricted channel, and in its threads, everything is shown', async () => {
  const ref = await threadOf(harness, await askedIn(add(true))).post(await mixedCard(), { key: 'k' });
  expect(harness.fake.world.channels.get(ref.thread)?.type).toBe(ChannelType.PublicThread);
  const shown = seenIn(harness, ref.thread).at(-1);
  expect(shown?.attachments).toHaveLength(2);
  expect(shown?.embeds).toHaveLength(3);
  expect(shown?.content).not.toContain('adult');
});
