import { type APIMessage, type APIMessageTopLevelComponent, ComponentType } from 'discord-api-types/v10';
import { afterEach } from 'vitest';
import { type AdapterDriver, adapterContract, type SeenMessage } from '../contract/adapter.ts';
import type { FakeInteraction } from '../fakes/discord/interactions.ts';
import { type Harness, seenIn, startHarness, testPicture, until } from './harness.ts';

const open: Harness[] = [];
afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

adapterContract('discord', async (): Promise<AdapterDriver> => {
  const harness = await startHarness({ timing: { firstProgressAfterMs: 5 } });
  open.push(harness);
  const { fake, core, ana, channel } = harness;
  const events = new Map<string, FakeInteraction>();

  /** The thread that a place's answers go to. */
  const homeOf = (thread: string) =>
    until(() => {
      const interaction = fake.interactions.all.find(({ id }) => thread === `place:${id}`);
      return fake.world.channels.get(interaction?.original?.id ?? '')?.id;
    });
  const find = (message: string) => fake.world.messages.find(({ id }) => id === message) as APIMessage;
  const count = () => core.invocations.length;

  return {
    adapter: harness.adapter,
    invocations: () => core.invocations,
    async say(command, options, event) {
      const before = count();
      const known = events.get(event ?? '');
      if (known) fake.interactions.repeat(known);
      const given = options as Record<string, string>;
      const interaction = known ?? ana.runs(channel, command, given);
      if (event) events.set(event, interaction);
      await until(() => count() > before);
      await homeOf(`place:${interaction.id}`);
      return core.invocations.at(-1)?.thread.thread ?? '';
    },
    async replyWithPicture(thread) {
      const before = count();
      const home = fake.world.channels.get(await homeOf(thread));
      const opener = fake.world.messages.find(({ id }) => id === home?.id);
      if (!home || !opener) throw new Error('the thread is not open');
      const picture = { name: 'cat.png', bytes: await testPicture('orange'), contentType: 'image/png' };
      ana.says(home, 'what is this?', { pictures: [picture], replyTo: opener });
      await until(() => count() > before);
    },
    async press({ message }, action) {
      const before = count();
      ana.presses(find(message), action);
      await until(() => count() > before);
    },
    async react({ message }, emoji, added) {
      const before = count();
      if (added) ana.reacts(find(message), emoji);
      else ana.unreacts(find(message), emoji);
      await until(() => count() > before);
    },
    messages: async (thread) => seenIn(harness, await homeOf(thread)).map(asSeen),
    keepPicture: async () => harness.images.put(await testPicture('teal')),
    restart: () => harness.restart(),
  };
});

function asSeen(message: APIMessage): SeenMessage {
  const texts = message.embeds.flatMap(({ title, description, fields = [], footer }) => [
    title,
    description,
    ...fields.flatMap(({ name, value }) => [name, value]),
    footer?.text,
  ]);
  const rows: readonly APIMessageTopLevelComponent[] = message.components ?? [];
  const buttons = rows.flatMap((row) => (row.type === ComponentType.ActionRow ? row.components : []));
  return {
    id: message.id,
    // Discord shows a character after a backslash as it is.
    text: [message.content, ...texts].join('\n').replaceAll(/\\([^0-9A-Za-z\s])/g, '$1'),
    actions: buttons.flatMap((part) =>
      'custom_id' in part ? [{ id: part.custom_id, label: ('label' in part && part.label) || '' }] : [],
    ),
    pictures: message.attachments.length,
  };
}
