import { expect, test } from 'vitest';
import { type Limits, prune, usualLimits } from '../../adapters/discord/pruning.ts';
import { openTables, type Tables } from '../../adapters/discord/records.ts';
import { harnessForEach, say, threadOf } from './each.ts';
import { type Harness, promptInThread, until } from './harness.ts';

let harness: Harness;
harnessForEach(
  (fresh) => {
    harness = fresh;
  },
  { timing: { pruneEveryMs: 50 } },
);

const secret = 'a very secret prompt';
const tables = (): Tables => openTables(harness.state());

/** Everything that the adapter keeps, as text. */
function kept(): string {
  return JSON.stringify(Object.entries(tables()).map(([name, table]) => [name, [...table.getRange({})]]));
}

test("people's words are not kept longer than what shows them: no opener once the thread is open, no form after a delete", async () => {
  const { invocation } = await promptInThread(harness, secret);
  const form = { label: 'Edit the prompt', value: secret, maxLength: 4000 };
  const actions = [{ id: 'edit:g1', label: 'Edit', emoji: '✏️', form }];
  const ref = await threadOf(harness, invocation).post(say('pictures', { actions }), { key: 'k' });
  expect(kept()).toContain(secret);
  await threadOf(harness, invocation).remove(ref);
  expect(kept()).not.toContain(secret);
  // A later redelivery still posts nothing twice.
  expect(await threadOf(harness, invocation).post(say('pictures', { actions }), { key: 'k' })).toEqual(ref);
  expect(kept()).not.toContain(secret);
});

test('records that are too old go while it runs', async () => {
  const old = Date.now() - 400 * 24 * 60 * 60 * 1000;
  await tables().forms.put('edit:old', { label: 'Edit', value: 'x', maxLength: 10, at: old });
  await tables().forms.put('edit:new', { label: 'Edit', value: 'x', maxLength: 10, at: Date.now() });
  await until(() => tables().forms.get('edit:old') === undefined);
  expect(tables().forms.get('edit:new')).toBeDefined();
});

test('of more than a table may hold, the newest stay', async () => {
  const now = Date.now();
  for (let i = 0; i < 20; i++) {
    await tables().sent.put(`m${i}`, { channel: 'c', main: `m${i}`, at: now - i * 1000 });
    await tables().places.put(`place:${i}`, {
      kind: 'message',
      channel: 'c',
      personal: false,
      opensThread: false,
      person: 'p',
      createdAt: now - i * 1000,
    });
  }
  const limits: Limits = { ...usualLimits, sent: { age: 1e9, count: 5 }, places: { age: 7500, count: 100 } };
  await prune(tables(), limits, now);
  expect([...tables().sent.getKeys({})].sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  expect([...tables().places.getKeys({})]).toHaveLength(8);
});
