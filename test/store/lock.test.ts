import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { type Child, startProgram } from './child.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';

const holdProgram = new URL('./programs/hold.ts', import.meta.url);

let data: TemporaryFolder;
const children: Child[] = [];

beforeEach(() => {
  data = temporaryFolder();
});

afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  data.remove();
});

function hold(...parameters: string[]): Child {
  const child = startProgram(holdProgram, ...parameters);
  children.push(child);
  return child;
}

const open = (dataDir: string) => openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });

it('tells a second process which folder is in use, by whom, and what to do', async () => {
  expect(await hold(data.folder).line()).toBe('open');
  const answer = await hold(data.folder).line();
  expect(answer).toMatch(/^database_locked: /);
  expect(answer).toContain(path.join(data.folder, 'chdb'));
  expect(answer).toMatch(/process \d+/);
  expect(answer).toMatch(/Stop that one first/);
  expect(answer).toContain('DATA_DIR');
  expect(answer).toContain('CLICKHOUSE_URL');
});

it('opens again at once after the holder was killed', async () => {
  const holder = hold(data.folder);
  expect(await holder.line()).toBe('open');
  await holder.kill();
  const database = await open(data.folder);
  expect(await database.storedModel()).toBeUndefined();
  await database.close();
});

it('says WSL2 or CLICKHOUSE_URL where chDB has no build', async () => {
  const answer = await hold(data.folder, 'win32').line();
  expect(answer).toMatch(/^database_unavailable: /);
  expect(answer).toContain('WSL2');
  expect(answer).toContain('CLICKHOUSE_URL');
});

it('names a folder that can not be used', async () => {
  const file = path.join(data.folder, 'file');
  writeFileSync(file, '');
  await expect(open(file)).rejects.toMatchObject({
    code: 'database_unavailable',
    message: expect.stringContaining(path.join(file, 'chdb')),
  });
});

it('opens one folder after another in one process', async () => {
  for (const name of ['one', 'two']) {
    const folder = path.join(data.folder, name);
    mkdirSync(folder);
    const database = await open(folder);
    expect(database.engine).toMatch(/^chDB \d+\./);
    await database.close();
  }
});
