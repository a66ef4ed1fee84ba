import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { backupFiles } from '../../src/exporter/files.ts';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { createImportLease } from '../../src/store/import-lease.ts';
import { startClickHouse } from '../fakes/clickhouse/server.ts';
import { allRows, countsOf, endOf, runImport, startCommand } from '../importer/command.ts';
import { startProgram } from '../store/child.ts';
import { temporaryFolder } from '../store/folders.ts';
import { corpusRow } from '../store/samples.ts';
import { clusteredVectors } from '../store/vectors.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const inFolder = (name: string) => path.join(folder, name);
const out = inFolder('out.parquet');
const run = (command: 'main' | 'restore', dataDir: string, ...parameters: string[]) =>
  endOf(startCommand(`exporter/${command}.ts`, dataDir, parameters));

it('npm run export, restore and import bring the same prompts into other databases', { timeout: 600_000 }, async () => {
  const file = inFolder('prompts.csv');
  writeFileSync(file, 'id,prompt,url,width,height,source_site\n1,"a cat, sleeping",,5,6,here\n2,"a ""dog""",,1,1,s\n');
  expect((await runImport(inFolder('source'), file)).code).toBe(0);
  expect(await run('main', inFolder('source'), out)).toMatchObject({
    code: 0,
    output: expect.stringMatching(
      /out\.parquet: [\d.]+ MB[\s\S]*out\.generations\.parquet[\s\S]*images of DATA_DIR[\s\S]*user-hash\.key/,
    ),
  });
  const source = await allRows(inFolder('source'));
  expect(source.prompts).toHaveLength(2);

  expect(await run('restore', inFolder('restored'), out)).toMatchObject({
    code: 0,
    output: expect.stringContaining('now holds 2 prompts, 0 of them with pictures, and 0 runs'),
  });
  expect(await allRows(inFolder('restored'))).toEqual(source);
  expect(await countsOf(inFolder('restored'))).toMatchObject({ prompts: 2 });

  expect((await runImport(inFolder('imported'), out)).output).toContain('Done: 2 imported');
  expect(await allRows(inFolder('imported'))).toEqual(source);
});

it('a restore is one import at a time of a server', { timeout: 300_000 }, async () => {
  const server = await startClickHouse({ folder: inFolder('server') });
  const elsewhere = createConnection(await connectServer(server.url));
  onTestFinished(async () => {
    await elsewhere.close();
    await server.close();
  });
  const restore = () =>
    endOf(startCommand('exporter/restore.ts', inFolder('there'), [out], { CLICKHOUSE_URL: server.url }));
  expect(await restore()).toMatchObject({ code: 0, output: expect.stringContaining('now holds 2 prompts') });
  const lease = await createImportLease(elsewhere)('elsewhere');
  expect(await restore()).toMatchObject({
    code: 1,
    output: expect.stringMatching(/Another import[\s\S]*one at a time/),
  });
  await lease.release();
});

it('a restore drops the index for many rows that the database does not have, and only for those', {
  timeout: 300_000,
}, async () => {
  const log = pino({ level: 'silent' });
  const small = { name: 'test-model', dimensions: 8 };
  const next = clusteredVectors(7, small.dimensions);
  const source = await openDatabase({ dataDir: inFolder('many'), clickhouseUrl: undefined, log });
  const store = await source.store(small);
  for (let part = 0; part < 3; part++) {
    const rows = Array.from({ length: 8_000 }, (_, row) => corpusRow(`${part} ${row}`, { promptVector: next() }));
    await store.importPairs(rows);
  }
  const files = inFolder('many.parquet');
  await (await source.backup(small)).save(backupFiles(files));
  await source.close();

  const server = await startClickHouse({ folder: inFolder('another') });
  onTestFinished(() => server.close());
  const drops = () => server.requests.filter(({ query }) => query.includes('DROP INDEX')).length;
  const restore = () =>
    endOf(startCommand('exporter/restore.ts', inFolder('there'), [files], { CLICKHOUSE_URL: server.url }));
  for (const _ of ['first', 'again']) {
    expect(await restore()).toMatchObject({ code: 0, output: expect.stringContaining('now holds 24000 prompts') });
    expect(drops()).toBe(1);
  }
});

it('both tell how they are used, and every command that a bot has the folder, before it opens anything', {
  timeout: 300_000,
}, async () => {
  for (const [command, name] of [
    ['main', 'export'],
    ['restore', 'restore'],
  ] as const) {
    const { code, output } = await run(command, inFolder('none'));
    expect(code).toBe(1);
    expect(output).toContain(`Usage: npm run ${name} -- FILE.parquet`);
    expect(await run(command, inFolder('none'), 'p.csv')).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^p\.csv is not named like an export, which is Parquet, such as p\.parquet\./),
    });
  }
  const hold = new URL('../core/programs/hold-state.ts', import.meta.url);
  const holder = startProgram(hold, path.join(inFolder('held'), 'state'));
  expect(await holder.line()).toBe('open');
  for (const [program, parameters] of [
    ['exporter/main.ts', [out]],
    ['exporter/restore.ts', [out]],
    ['reembed/main.ts', []],
    ['importer/main.ts', [inFolder('prompts.csv')]],
  ] as const) {
    const { code, output } = await endOf(startCommand(program, inFolder('held'), parameters));
    expect(code).toBe(1);
    // No line of the engine, of a model or of a stack comes with it.
    expect(output.trim()).toMatch(/^The folder .* is in use by another Promptory.* Stop that one first.*$/);
    expect(existsSync(path.join(inFolder('held'), 'chdb'))).toBe(false);
  }
  await holder.kill();
});
