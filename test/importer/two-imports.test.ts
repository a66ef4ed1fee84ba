import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { finishIndexAlone } from '../../src/importer/exclusive.ts';
import { openState } from '../../src/state.ts';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { createImportLease } from '../../src/store/import-lease.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';
import { corpusRow, model } from '../store/samples.ts';
import { endOf, startCommand } from './command.ts';

let folder: TemporaryFolder;
let server: ClickHouseServer;

beforeEach(async () => {
  folder = temporaryFolder();
  server = await startClickHouse({ folder: path.join(folder.folder, 'server') });
});
afterEach(async () => {
  await server.close();
  folder.remove();
});

/** An import from a machine of its own: nothing but the server is shared. */
const start = (place: string, file: string) =>
  startCommand('importer/main.ts', path.join(folder.folder, place), [file], { CLICKHOUSE_URL: server.url });

it('refuses an import while another has the server, and goes on at once where one was killed', {
  timeout: 300_000,
}, async () => {
  const rows = 300;
  const file = path.join(folder.folder, 'prompts.csv');
  writeFileSync(
    file,
    `id,prompt\n${Array.from({ length: rows }, (_, index) => `id${index},a cat number ${index}\n`).join('')}`,
  );
  // The first one waits for the server's answer until it is killed.
  server.faults.add('silence', /^INSERT INTO prompts /);
  const killed = start('one', file);
  await expect.poll(() => server.faults.count(), { timeout: 120_000 }).toBe(1);
  const refused = await endOf(start('other', file));
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/Another import[\s\S]*takes one at a time/);
  expect(refused.output).not.toMatch(/\n\s+at /);
  killed.child.kill('SIGKILL');
  await killed.ended;

  const done = await endOf(start('one', file));
  expect(done.output).toContain('Done:');
  expect((await endOf(start('other', file))).output).toContain(`Done: 0 imported, ${rows} skipped`);
  const connection = createConnection(await connectServer(server.url));
  const row = z.object({ rows: z.coerce.number(), ids: z.coerce.number() });
  expect(await connection.read('SELECT count() AS rows, uniqExact(id) AS ids FROM prompts', { row })).toEqual([
    { rows, ids: rows },
  ]);
  await connection.close();
});

it('begins no merge of the whole table when it is to stop', async () => {
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ dataDir: folder.folder, clickhouseUrl: server.url, log });
  const store = await database.store(model);
  await store.beginBulkLoad({ rows: 50_000 });
  await store.importPairs([corpusRow('a')]);
  await expect(store.finishBulkLoad({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  expect(server.requests.filter(({ query }) => query.startsWith('OPTIMIZE'))).toEqual([]);
  expect(await store.isBulkLoadUnfinished()).toBe(true);
  await store.finishBulkLoad();
  expect(await store.isBulkLoadUnfinished()).toBe(false);
  // It may take longer than a request may be silent.
  const merge = server.requests.find(({ query }) => query.startsWith('OPTIMIZE'));
  expect(new Map(merge?.settings).get('send_progress_in_http_headers')).toBe('1');
  await database.close();
});

it('leaves the index of a bulk load to the program that imports, and finishes it once that has ended', async () => {
  const dataDir = path.join(folder.folder, 'bot');
  const bot = { dataDir, state: openState(path.join(dataDir, 'state')) };
  const database = await openDatabase({
    dataDir,
    clickhouseUrl: server.url,
    log: pino({ level: 'silent' }),
  });
  const store = await database.store(model);
  const indexed = () => server.requests.filter(({ query }) => query.startsWith('OPTIMIZE TABLE prompts')).length;
  const looked = () =>
    server.requests.filter(({ query }) => query.includes('startsWith(name, {prefix:String})')).length;

  const elsewhere = createConnection(await connectServer(server.url));
  const lease = await createImportLease(elsewhere)('elsewhere');
  await store.beginBulkLoad({ rows: 50_000 });
  await store.importPairs([corpusRow('a')]);
  const before = looked();
  const finishing = finishIndexAlone(store, bot, { signal: new AbortController().signal, waitMs: 20 });
  await expect.poll(() => looked() - before, { timeout: 60_000 }).toBeGreaterThan(3);
  expect(indexed()).toBe(0);
  await lease.release();
  await finishing;
  expect(indexed()).toBe(1);
  expect(await store.isBulkLoadUnfinished()).toBe(false);
  await elsewhere.close();
  await bot.state.close();
  await database.close();
});
