import { ChannelType, InteractionResponseType } from 'discord-api-types/v10';
import { expect, test } from 'vitest';
import { harnessForEach, say, threadOf } from './each.ts';
import { type Harness, promptInThread, seenIn, until } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

test('a control is acked silently and comes back with its message; its private answer is for who pressed', async () => {
  const { invocation, thread } = await promptInThread(harness);
  const actions = [{ id: 'delete:g1', label: 'Delete', emoji: '🗑️' }];
  const ref = await threadOf(harness, invocation).post(say('x'.repeat(3000), { actions }), { key: 'k' });
  const [first, last] = seenIn(harness, thread.id);
  expect(last?.id).toBe(ref.message);
  await harness.restart();
  if (!first || !last) throw new Error('two messages are expected');
  harness.guild.moderators.add(harness.ana.user.id);
  const pressed = harness.ana.presses(last, 'delete:g1');
  const action = await until(() => harness.core.invocations[1]);
  expect(await until(() => pressed.response)).toBe(InteractionResponseType.DeferredMessageUpdate);
  expect(action).toMatchObject({ kind: 'action', action: 'delete:g1', message: ref, person: { moderator: true } });
  const answer = await threadOf(harness, action).post(say('Deleted.', { personal: true }), { key: 'k' });
  expect(harness.fake.world.ephemeral.has(answer.message)).toBe(true);
  await threadOf(harness, action).remove(ref);
  expect(seenIn(harness, thread.id)).toEqual([]);
  expect((await threadOf(harness, action).post(say('public'), { key: 'k2' })).thread).toBe(thread.id);
});

test('a control of a private message leads to a thread of its own', async () => {
  const { ana, channel, core, fake } = harness;
  ana.runs(channel, 'help');
  const help = await until(() => core.invocations[0]);
  const actions = [{ id: 'use:own:g1', label: 'Use prompt 1', emoji: '📋' }];
  const ref = await threadOf(harness, help).post(say('yours', { actions }), { key: 'k' });
  const shown = fake.world.messages.find(({ id }) => id === ref.message);
  if (!shown) throw new Error('nothing was shown');
  ana.presses(shown, 'use:own:g1');
  const action = await until(() => core.invocations[1]);
  const answer = await threadOf(harness, action).post(say('pictures'), { key: 'k' });
  expect(fake.world.channels.get(answer.thread)).toMatchObject({
    type: ChannelType.PublicThread,
    name: 'Use prompt 1',
  });
  expect(shown.content).toBe('yours');
});

test('a form opens prefilled, after a restart too, and sends its text; a long one needs several fields', async () => {
  const { invocation } = await promptInThread(harness);
  const value = 'a prompt, '.repeat(900);
  const form = { label: 'Edit the prompt', value, maxLength: 6000 };
  const actions = [
    { id: 'edit:g1', label: 'Edit', emoji: '✏️', form },
    { id: 'edit:g2', label: 'Edit', emoji: '✏️', form: { ...form, value: 'short' } },
  ];
  const ref = await threadOf(harness, invocation).post(say('pictures', { actions }), { key: 'k' });
  await harness.restart();
  const message = harness.fake.world.messages.find(({ id }) => id === ref.message);
  if (!message) throw new Error('nothing was posted');
  for (const [action, fields, expected] of [
    ['edit:g1', 3, value],
    ['edit:g2', 1, 'short'],
  ] as const) {
    const opened = harness.ana.presses(message, action);
    const modal = await until(() => opened.modal);
    const inputs = modal.components.flatMap((row) => ('components' in row ? row.components : []));
    expect(inputs.map((input) => input.value ?? '').join('')).toBe(expected);
    expect(inputs).toHaveLength(fields);
    const before = harness.core.invocations.length;
    harness.ana.submits(
      opened,
      inputs.map((input) => `${input.value}!`),
    );
    const sent = await until(() => harness.core.invocations[before]);
    expect(sent).toMatchObject({ kind: 'action', action, message: ref });
    expect(sent.kind === 'action' && sent.text?.replaceAll('!', '')).toBe(expected);
  }
});
