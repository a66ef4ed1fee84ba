import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { darkerTiny } from '../embedder/weights-fixtures.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { endOf, startCommand } from '../importer/command.ts';
import { apiOf } from './api.ts';
import { newFolder, type Program, startProgram } from './program.ts';

const folder = newFolder();
// As on another machine: the bot has its own to itself.
const elsewhere = path.join(newFolder(), 'data');
let server: ClickHouseServer;
let program: Program;

beforeAll(async () => {
  server = await startClickHouse({ folder: path.join(folder, 'server') });
  // With a corpus of its own it imports no demo, which would be the first to meet the new tables.
  const corpus = path.join(folder, 'corpus.csv');
  writeFileSync(corpus, 'id,prompt\n1,a red cat on a chair\n2,a blue dog on a beach\n');
  const imported = startCommand('importer/main.ts', elsewhere, [corpus], { CLICKHOUSE_URL: server.url });
  expect(await endOf(imported)).toMatchObject({ code: 0 });
  program = await startProgram(folder, { CLICKHOUSE_URL: server.url });
}, 300_000);
afterAll(async () => {
  await program.end('SIGKILL');
  await server.close();
});

it('a bot whose server is moved to another model stops, keeps what it accepted, and goes on with that model', {
  timeout: 300_000,
}, async () => {
  const first = await apiOf(program).ask('prompt', { text: 'a red cat', count: 1 });
  expect((await apiOf(program).finished(first)).status).toBe('done');
  // The weights of both models have vectors of one width: only the mark of each row tells them apart.
  const model = await darkerTiny();
  const moving = startCommand('reembed/main.ts', elsewhere, ['--model', model], { CLICKHOUSE_URL: server.url });
  expect(await endOf(moving)).toMatchObject({ code: 0, output: expect.stringContaining('start it again') });

  const id = await apiOf(program).ask('prompt', { text: 'a blue dog', count: 1 });
  expect(await program.ended).toBe(1);
  expect(program.output()).toMatch(/Promptory stops: The database was moved to [\s\S]*Start this program again/);

  program = await startProgram(folder, { CLICKHOUSE_URL: server.url, CLIP_MODEL: model });
  const thread = await apiOf(program).finished(id);
  expect(thread.status).toBe('done');
  expect(thread.messages.filter(({ tone }) => tone === 'error')).toEqual([]);
  expect(thread.messages.filter(({ author, images }) => author !== 'you' && images?.length)).toHaveLength(1);
});
