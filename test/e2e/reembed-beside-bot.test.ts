import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { darkerHubFiles, darkerTiny } from '../embedder/weights-fixtures.ts';
import { type FakeHub, startFakeHub } from '../fakes/hub.ts';
import { type Command, endOf, runImport, startCommand, startImport } from '../importer/command.ts';
import { apiOf } from './api.ts';
import { startHeldPictures } from './held-pictures.ts';
import { newFolder, type Program, startProgram } from './program.ts';

const folder = newFolder();
const data = path.join(folder, 'data');
const allowed = ['--allow-host', '127.0.0.1'];
const darkerClip = 'someone/darker-clip';
let hub: FakeHub;
let pictures: Awaited<ReturnType<typeof startHeldPictures>>;
let program: Program;

beforeAll(async () => {
  hub = await startFakeHub({ id: darkerClip, files: await darkerHubFiles() });
  pictures = await startHeldPictures();
  const imported = await runImport(data, corpus('first', ['a red cat on a chair', 'a blue dog']), ...withPictures);
  expect(imported.code).toBe(0);
  program = await startProgram(folder);
}, 300_000);
beforeEach(() => pictures.hold());
afterAll(async () => {
  for (const { child } of commands) child.kill('SIGKILL');
  await program.end('SIGKILL');
  pictures.close();
  await hub.close();
});

const withPictures = ['--images', ...allowed];

function corpus(name: string, prompts: readonly string[]): string {
  const file = path.join(folder, `${name}.csv`);
  const rows = prompts.map((prompt, index) => `${name}-${index},${prompt},${pictures.url}/${name}-${index}.png\n`);
  writeFileSync(file, `id,prompt,url\n${rows.join('')}`);
  return file;
}

const startMove = (model: string, hub = 'http://127.0.0.1:9') =>
  tracked(startCommand('reembed/main.ts', data, ['--model', model, ...allowed], { HF_ENDPOINT: hub }));

const commands: Command[] = [];

function tracked(command: Command): Command {
  commands.push(command);
  return command;
}

async function found(text: string): Promise<string[]> {
  const { matches } = await apiOf(program).read<{ matches: { prompt: string }[] }>(
    `/api/search?limit=9&text=${encodeURIComponent(text)}`,
  );
  return matches.map(({ prompt }) => prompt);
}

async function drawn(text: string): Promise<void> {
  const thread = await apiOf(program).finished(await apiOf(program).ask('prompt', { text, count: 1 }));
  expect(thread.status).toBe('done');
}

const goOn = 'Stopped. Run the same command again to go on.';

// Whole programs, one after another: each case goes on where the one before ended.
describe('npm run reembed while the bot has the embedded database', { timeout: 400_000 }, () => {
  it('tells what is wrong with the model as if it ran alone', async () => {
    expect(await endOf(startMove('someone/unknown', hub.url))).toMatchObject({
      code: 1,
      output: expect.stringMatching(/refuses the model someone\/unknown: it does not exist/),
    });
  });

  it('waits for the end of an import', async () => {
    const importing = tracked(startImport(data, corpus('second', ['a green bird']), ...withPictures));
    await pictures.awaited();
    expect(await endOf(startMove(await darkerTiny()))).toMatchObject({
      code: 1,
      output: expect.stringContaining('The bot is at an import already. Wait for its end'),
    });
    pictures.letGo();
    expect(await endOf(importing)).toMatchObject({ code: 0, output: expect.stringContaining('Done: 1 imported') });
  });

  it('hands the move to the bot, which answers meanwhile, goes on after Ctrl-C, and then uses the new model', async () => {
    const model = darkerClip;
    // The bot's own hub is out of reach: it finds what the command has brought.
    const first = startMove(model, hub.url);
    await first.said('The bot is running; it does the move.');
    await first.said('3 prompts, 3 pictures and 0 runs: rows to embed');
    await pictures.awaited();
    await drawn('a fox in the snow');
    expect(await found('a red cat on a chair')).toContain('a red cat on a chair');
    expect(await runImport(data, corpus('third', ['a horse']))).toMatchObject({
      code: 1,
      output: expect.stringContaining('The bot is at a move to another model already. Wait for its end'),
    });
    first.child.kill('SIGINT');
    expect(await endOf(first)).toMatchObject({ code: 130, output: expect.stringContaining(goOn) });

    const second = startMove(model);
    await second.said(/\b0 prompts, 3 pictures and \d runs: rows to embed/);
    await pictures.awaited();
    const last = await apiOf(program).ask('prompt', { text: 'an owl at night', count: 1 });
    pictures.letGo();
    const { code, output } = await endOf(second);
    expect(output).toMatch(/Done: the vectors of this database are of someone\/darker-clip@/);
    // Without a CLIP_MODEL the database tells the next start.
    expect(output).not.toContain('Set CLIP_MODEL');
    expect(code).toBe(0);

    const thread = await apiOf(program).finished(last);
    expect(thread.status).toBe('done');
    expect(thread.messages.filter(({ tone }) => tone === 'error')).toEqual([]);
    await drawn('a bear in a boat');
    const prompts = await found('a cat, a fox or an owl');
    for (const asked of ['a red cat', 'a fox', 'an owl'])
      expect(prompts).toContainEqual(expect.stringContaining(asked));
    expect(await apiOf(program).read('/api/about')).toMatchObject({
      model: expect.stringMatching(/^someone\/darker-clip@/),
    });
  });

  it('goes on by itself when the bot was killed, and after its own Ctrl-C', async () => {
    const model = await darkerTiny(20);
    const handed = startMove(model);
    await pictures.awaited();
    await program.end('SIGKILL');
    expect(await endOf(handed)).toMatchObject({
      code: 1,
      output: expect.stringContaining('run the same command again to go on'),
    });
    await pictures.left();

    const alone = startMove(model);
    await alone.said('0 prompts, 3 pictures and 0 runs: rows to embed');
    await pictures.awaited();
    alone.child.kill('SIGINT');
    const stopped = await endOf(alone);
    expect(stopped).toMatchObject({ code: 130, output: expect.stringContaining(goOn) });
    expect(stopped.output).not.toContain('The bot is running');

    pictures.letGo();
    expect(await endOf(startMove(model))).toMatchObject({ code: 0, output: expect.stringContaining('Done') });
  });
});
