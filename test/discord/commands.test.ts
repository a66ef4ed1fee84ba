import { type APIApplicationCommandBasicOption, ApplicationCommandOptionType } from 'discord-api-types/v10';
import { afterEach, expect, test } from 'vitest';
import { commandBodies } from '../../adapters/discord/commands.ts';
import { commands } from '../../commands/index.ts';
import { type Harness, startHarness, testPicture, until } from './harness.ts';

let harness: Harness;
afterEach(() => harness.close());

const registrations = () =>
  harness.fake.requests.filter(({ method, path }) => method === 'PUT' && /commands$/.test(path));

test('commands are registered for all servers, typed and limited, and only when they changed', async () => {
  harness = await startHarness();
  expect(registrations().map(({ path, status }) => ({ path, status }))).toEqual([
    { path: `/applications/${harness.fake.world.applicationId}/commands`, status: 200 },
  ]);
  const [prompt] = harness.fake.world.commands.get('global') ?? [];
  const options = (prompt?.options ?? []) as APIApplicationCommandBasicOption[];
  expect(options).toMatchObject([
    { name: 'text', type: ApplicationCommandOptionType.String, required: true, max_length: 4000, autocomplete: true },
    { name: 'count', type: ApplicationCommandOptionType.Integer, min_value: 1, max_value: 4 },
    { name: 'style', type: ApplicationCommandOptionType.String, autocomplete: true },
    { name: 'raw', type: ApplicationCommandOptionType.Boolean },
    { name: 'image', type: ApplicationCommandOptionType.Attachment },
  ]);
  await harness.restart();
  expect(registrations()).toHaveLength(1);
  const [help] = harness.core.handler.commands;
  if (help) help.description = `${help.description}, really`;
  await harness.restart();
  expect(registrations()).toHaveLength(2);
});

test('commands that were deleted or changed on Discord are registered again at the next start', async () => {
  harness = await startHarness();
  const { commands } = harness.fake.world;
  commands.set('global', []);
  await harness.restart();
  expect(commands.get('global')?.map(({ name }) => name)).toContain('prompt');
  const [prompt] = commands.get('global') ?? [];
  const [text] = (prompt?.options ?? []) as APIApplicationCommandBasicOption[];
  if (text) text.description = 'something else';
  await harness.restart();
  expect(registrations()).toHaveLength(3);
  await harness.restart();
  expect(registrations()).toHaveLength(3);
});

test("the program's own commands are what Discord accepts", async () => {
  harness = await startHarness();
  const { fake } = harness;
  const answer = await fetch(`${fake.apiUrl}/v10/applications/${fake.world.applicationId}/commands`, {
    method: 'PUT',
    headers: { authorization: `Bot ${fake.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(commandBodies(commands)),
  });
  expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 200 });
  const registered = fake.world.commands.get('global') ?? [];
  expect(registered.map(({ name }) => name)).toContain('Find the prompt');
  const options = registered.find(({ name }) => name === 'prompt')?.options ?? [];
  expect(options).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'image', type: ApplicationCommandOptionType.Attachment }),
      expect.objectContaining({ name: 'use_as_source', type: ApplicationCommandOptionType.Boolean }),
      expect.objectContaining({ name: 'model', type: ApplicationCommandOptionType.String, autocomplete: true }),
    ]),
  );
});

test('/prompt takes a picture as inspiration or to start from, and a model that is completed', async () => {
  harness = await startHarness({ commands });
  const { ana, channel, core } = harness;
  const image = { name: 'cat.png', bytes: await testPicture('red'), contentType: 'image/png' };
  const attachments = [{ name: 'cat.png' }];
  for (const use_as_source of [true, false]) {
    const { id } = ana.runs(channel, 'prompt', { text: 'a cat', image, use_as_source, model: 'sdxl' });
    const invocation = await until(() => core.invocations.find((one) => one.id === id));
    expect(invocation).toMatchObject({ options: { text: 'a cat', use_as_source, model: 'sdxl' }, attachments });
  }
  core.suggestions = ['sdxl', 'sd15'];
  const typed = ana.types(channel, 'prompt', 'model', 's');
  expect((await until(() => typed.choices)).map(({ value }) => value)).toEqual(['sdxl', 'sd15']);
  expect(core.questions.at(-1)).toMatchObject({ command: 'prompt', option: 'model', typed: 's' });
});

test('a server for development gets its own commands, and must be one that the bot is in', async () => {
  harness = await startHarness({ developIn: 'own' });
  expect([...harness.fake.world.commands.keys()]).toEqual([harness.guild.id]);
  await expect(startHarness({ developIn: 'foreign' })).rejects.toMatchObject({
    code: 'invalid_settings',
    message: expect.stringContaining('DISCORD_GUILD_ID'),
  });
});

test('a style is completed from the whole list, a prompt from what was asked before, however long', async () => {
  harness = await startHarness();
  const { ana, channel, core } = harness;
  const style = ana.types(channel, 'prompt', 'style', '2');
  await until(() => style.response);
  expect(style.choices?.map(({ name }) => name)).toEqual([
    'style 2',
    'style 12',
    ...Array.from({ length: 10 }, (_, i) => `style ${20 + i}`),
  ]);
  const long = `a cat ${'on a very long sofa '.repeat(20)}`.trim();
  core.suggestions = [long, 'a short cat', '   '];
  const text = ana.types(channel, 'prompt', 'text', 'a c');
  const choices = await until(() => text.choices);
  expect(choices).toHaveLength(2);
  expect(choices[0]?.name.length).toBeLessThanOrEqual(100);
  ana.runs(channel, 'prompt', { text: String(choices[0]?.value) });
  const invocation = await until(() => core.invocations[0]);
  expect(invocation).toMatchObject({ kind: 'command', options: { text: long } });
});

test('a completion from before a restart is refused with the remedy', async () => {
  harness = await startHarness();
  const { ana, channel, core } = harness;
  core.suggestions = ['long '.repeat(40)];
  const typed = ana.types(channel, 'prompt', 'text', 'long');
  const [choice] = await until(() => typed.choices);
  await harness.restart();
  const interaction = ana.runs(channel, 'prompt', { text: String(choice?.value) });
  await until(() => interaction.original?.content.includes('from before a restart'));
  expect(core.invocations).toEqual([]);
});
