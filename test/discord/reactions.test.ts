import { expect, test } from 'vitest';
import { addPerson } from '../fakes/discord/people.ts';
import { harnessForEach } from './each.ts';
import { type Harness, promptInThread, seenIn, until } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

const reactions = () => harness.core.invocations.filter(({ kind }) => kind === 'reaction');

async function posted(text = 'pictures') {
  const { invocation, thread } = await promptInThread(harness);
  const ref = await harness.adapter().thread(invocation.thread).post({ text, actions: [] }, { key: 'k' });
  return { ref, messages: seenIn(harness, thread.id) };
}

test('a reaction on an old post is heard after a restart, and its removal too', async () => {
  const { ref, messages } = await posted();
  await harness.restart();
  const [message] = messages;
  if (!message) throw new Error('nothing was posted');
  harness.ana.reacts(message, '👍');
  harness.ana.unreacts(message, '👍');
  harness.ana.reacts(message, '👍');
  await until(() => reactions().length === 3);
  expect(reactions()).toMatchObject([
    {
      emoji: '👍',
      added: true,
      message: ref,
      scope: `discord:${harness.guild.id}`,
      person: { id: harness.ana.user.id },
    },
    { emoji: '👍', added: false, message: ref },
    { emoji: '👍', added: true, message: ref },
  ]);
  expect(new Set(reactions().map(({ id }) => id)).size).toBe(3);
});

test('a reaction on any message of a long card counts for the whole', async () => {
  const { ref, messages } = await posted('long '.repeat(900));
  expect(messages.length).toBeGreaterThan(1);
  const [first] = messages;
  if (first) harness.ana.reacts(first, '👎');
  await until(() => reactions().length === 1);
  expect(reactions()[0]).toMatchObject({ message: ref });
});

test('only mapped emoji on own posts count, in whatever form the client sends them', async () => {
  const { messages } = await posted();
  const [message] = messages;
  const hers = harness.ana.says(harness.channel, 'mine');
  if (!message) throw new Error('nothing was posted');
  harness.ana.reacts(message, '🍕');
  harness.ana.reacts(hers, '👍');
  harness.ana.unreacts(hers, '👍');
  harness.ana.reacts(message, '🗑');
  harness.ana.reacts(message, '👍🏽');
  await until(() => reactions().length === 2);
  expect(reactions()).toMatchObject([{ emoji: '🗑️' }, { emoji: '👍' }]);
});

test("the bot's own posts are known even when its records are not", async () => {
  const channel = harness.channel;
  const other = await fetch(`${harness.fake.apiUrl}/v10/channels/${channel.id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bot ${harness.fake.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'posted by another process' }),
  });
  const message = await other.json();
  harness.ana.unreacts(message, '👍');
  await until(() => reactions().length === 1);
  expect(reactions()[0]).toMatchObject({ message: { thread: channel.id, message: message.id } });
});

test('who may manage messages is told', async () => {
  const { messages } = await posted();
  const [message] = messages;
  const mod = addPerson(harness.fake, 'Mod');
  harness.guild.moderators.add(mod.user.id);
  if (message) {
    mod.reacts(message, '🗑️');
    harness.ana.reacts(message, '🗑️');
  }
  await until(() => reactions().length === 2);
  expect(Object.fromEntries(reactions().map(({ person }) => [person.id, person.moderator]))).toEqual({
    [mod.user.id]: true,
    [harness.ana.user.id]: false,
  });
});
