import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { vectorIndexState } from '../../src/store/vector-index.ts';
import { bulkCount, bulkRows, dimensions } from './bulk-rows.ts';
import { startProgram } from './child.ts';
import { temporaryFolder } from './folders.ts';
import { idsOf } from './samples.ts';

const program = new URL('./programs/bulk-load.ts', import.meta.url);

it('has the whole index in the end, though killed while parts are merged and while the index is built', async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);

  const merging = startProgram(program, folder);
  expect(await merging.line()).toBe('loaded');
  await sleep(20);
  await merging.kill();

  const building = startProgram(program, folder);
  expect(await building.line()).toBe('loaded');
  const [, share] = /^progress ([\d.]+)$/.exec((await building.line()) ?? '') ?? [];
  expect(Number(share)).toBeLessThan(1);
  expect(await building.kill()).not.toContain('built');

  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  onTestFinished(() => database.close());
  const store = await database.store({ name: 'test-model', dimensions });
  expect(await store.isBulkLoadUnfinished()).toBe(true);
  const [[first, second] = []] = bulkRows();
  if (!first || !second) throw new Error('no rows');
  expect(await idsOf(store.searchPrompts(first.promptVector, { limit: 1 }))).toEqual(['0']);
  await store.finishBulkLoad();
  expect(await store.isBulkLoadUnfinished()).toBe(false);
  expect(await idsOf(store.searchPrompts(second.promptVector, { limit: 1 }))).toEqual(['1']);
  expect(await store.counts()).toMatchObject({ prompts: bulkCount });

  const connection = createConnection(await connectChdb(`${folder}/chdb`));
  onTestFinished(connection.close);
  expect(await vectorIndexState(connection, 'prompts')).toEqual({ isBuilt: true, progress: 1, failure: '' });
  // Every part has its graph, and a graph is larger than the vectors' 16 bits.
  const parts = await connection.read(
    `SELECT rows, secondary_indices_compressed_bytes AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table = 'prompts'`,
    { row: z.object({ rows: z.coerce.number(), bytes: z.coerce.number() }) },
  );
  for (const { rows, bytes } of parts) expect(bytes).toBeGreaterThan(rows * dimensions * 2);
});
