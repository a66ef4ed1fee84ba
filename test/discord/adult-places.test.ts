import { ChannelType } from 'discord-api-types/v10';
import { afterEach, expect, test } from 'vitest';
import { addChannel } from '../fakes/discord/world.ts';
import { type Harness, startHarness, until } from './harness.ts';

let harness: Harness;
afterEach(() => harness.close());

test('a place is for adults where its channel is age-restricted', async () => {
  harness = await startHarness();
  const { fake, guild, ana, channel, core, adapter } = harness;
  const restricted = addChannel(fake.world, { type: ChannelType.GuildText, guildId: guild.id, nsfw: true });
  for (const [index, place] of [channel, restricted].entries()) {
    ana.runs(place, 'prompt', { text: 'a statue' });
    const invocation = await until(() => core.invocations[index]);
    const thread = adapter().thread(invocation.thread);
    expect(await thread.isForAdults?.()).toBe(place === restricted);
    expect(thread.adultRemedy).toContain('age-restricted channel');
  }
});
