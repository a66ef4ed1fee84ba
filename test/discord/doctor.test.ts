import { expect, test } from 'vitest';
import { checkDiscord } from '../../adapters/discord/doctor.ts';
import { harnessForEach } from './each.ts';
import { type Harness, testCommands } from './harness.ts';

let harness: Harness;
harnessForEach((fresh) => {
  harness = fresh;
});

const settings = () => ({ token: harness.fake.token, apiUrl: harness.fake.apiUrl, commands: testCommands });

test('all is well: the token, the application with its invite link, and the commands', async () => {
  const checks = await checkDiscord(settings());
  expect(checks.map(({ name, ok }) => ({ name, ok }))).toEqual([
    { name: 'Discord token', ok: true },
    { name: 'Discord application', ok: true },
    { name: 'Discord commands', ok: true },
  ]);
  const link = new URL(/https:\S+/.exec(checks[1]?.detail ?? '')?.[0] ?? '');
  expect(link.searchParams.get('client_id')).toBe(harness.fake.world.applicationId);
  expect(link.searchParams.get('scope')).toBe('bot applications.commands');
  // View Channels, Send Messages, Embed Links, Attach Files, Read Message History, Create Public Threads, Send Messages in Threads.
  const bits = [10n, 11n, 14n, 15n, 16n, 35n, 38n];
  expect(link.searchParams.get('permissions')).toBe(String(bits.reduce((all, bit) => all | (1n << bit), 0n)));
});

test('a wrong token and missing commands are told with the remedy', async () => {
  expect(await checkDiscord({ ...settings(), token: 'wrong' })).toMatchObject([
    { ok: false, remedy: expect.stringContaining('DISCORD_TOKEN') },
  ]);
  const checks = await checkDiscord({ ...settings(), guildId: harness.guild.id });
  expect(checks[2]).toMatchObject({ ok: false, detail: expect.stringContaining('prompt'), remedy: expect.any(String) });
  const foreign = await checkDiscord({ ...settings(), guildId: harness.fake.world.snowflake() });
  expect(foreign[2]).toMatchObject({ ok: false, detail: 'Missing Access' });
});
