import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { darkerHubFiles, darkerTiny } from '../embedder/weights-fixtures.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { type FakeHub, startFakeHub } from '../fakes/hub.ts';
import { endOf, startCommand } from '../importer/command.ts';
import { apiOf } from './api.ts';
import { newFolder, type Program, startProgram } from './program.ts';

const folder = newFolder();
// As on another machine: the bot has its own to itself.
const elsewhere = path.join(newFolder(), 'data');
const darkerClip = 'someone/darker-clip';
let hub: FakeHub;
let server: ClickHouseServer;
let program: Program;

beforeAll(async () => {
  server = await startClickHouse({ folder: path.join(folder, 'server') });
  // With a corpus of its own it imports no demo, which would be the first to meet the new tables.
  const corpus = path.join(folder, 'corpus.csv');
  writeFileSync(corpus, 'id,prompt\n1,a red cat on a chair\n2,a blue dog on a beach\n');
  const imported = startCommand('importer/main.ts', elsewhere, [corpus], { CLICKHOUSE_URL: server.url });
  expect(await endOf(imported)).toMatchObject({ code: 0 });
  hub = await startFakeHub({ id: darkerClip, files: await darkerHubFiles() });
  program = await startProgram(folder, { CLICKHOUSE_URL: server.url, HF_ENDPOINT: hub.url });
}, 300_000);
afterAll(async () => {
  await program.end('SIGKILL');
  await hub.close();
  await server.close();
});

// The weights of all these models have vectors of one width: only the mark of each row tells them apart.
const move = (model: string) =>
  endOf(
    startCommand('reembed/main.ts', elsewhere, ['--model', model], {
      CLICKHOUSE_URL: server.url,
      HF_ENDPOINT: hub.url,
    }),
  );

it('a bot whose server is moved to a model of the hub goes on with it, as if nothing were', {
  timeout: 300_000,
}, async () => {
  const first = await apiOf(program).ask('prompt', { text: 'a red cat', count: 1 });
  expect((await apiOf(program).finished(first)).status).toBe('done');
  expect(await move(darkerClip)).toMatchObject({ code: 0 });

  // Many at once meet the new rows, and none of them fails.
  const texts = ['a blue dog', 'a red cat on a chair', 'a beach'];
  const threads = await Promise.all(
    texts.map(async (text) => apiOf(program).finished(await apiOf(program).ask('prompt', { text, count: 1 }))),
  );
  for (const { status, messages } of threads) {
    expect(status).toBe('done');
    expect(messages.filter(({ author, images }) => author !== 'you' && images?.length)).toHaveLength(1);
  }
  const found = await apiOf(program).read<{ matches: { prompt: string }[] }>('/api/search?limit=9&text=a+blue+dog');
  expect(found.matches.map(({ prompt }) => prompt)).toContain('a blue dog on a beach');
  expect(await apiOf(program).read('/api/about')).toMatchObject({
    model: expect.stringMatching(/^someone\/darker-clip@/),
  });
  const runs = await apiOf(program).read<{ matches: { source: string }[] }>('/api/search?limit=9&text=a+red+cat');
  expect(runs.matches.filter(({ source }) => source === 'own').length).toBeGreaterThan(1);
});

it('a bot whose server is moved to a model that only another machine has stops, keeps what it accepted, and goes on with that model', {
  timeout: 300_000,
}, async () => {
  const model = await darkerTiny(20);
  expect(await move(model)).toMatchObject({ code: 0, output: expect.stringContaining('before the next start') });

  const id = await apiOf(program).ask('prompt', { text: 'a blue dog', count: 1 });
  expect(await program.ended).toBe(1);
  expect(program.output()).toMatch(
    /Promptory stops: The database was moved to another CLIP model, which can't be loaded here\. [\s\S]*Set CLIP_MODEL to the path/,
  );

  program = await startProgram(folder, { CLICKHOUSE_URL: server.url, CLIP_MODEL: model });
  const thread = await apiOf(program).finished(id);
  expect(thread.status).toBe('done');
  expect(thread.messages.filter(({ tone }) => tone === 'error')).toEqual([]);
  expect(thread.messages.filter(({ author, images }) => author !== 'you' && images?.length)).toHaveLength(1);
});
