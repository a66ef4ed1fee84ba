import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { corpusQuery } from '../../src/store/search.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { buildVectorIndex, dropVectorIndex, vectorIndexState } from '../../src/store/vector-index.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { corpusRow, idsOf } from './samples.ts';
import { clusteredVectors } from './vectors.ts';

const dimensions = 64;
const next = clusteredVectors(1, dimensions);

let data: TemporaryFolder;
let store: PromptStore;
let connection: Connection;

beforeEach(async () => {
  data = temporaryFolder();
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ dataDir: data.folder, clickhouseUrl: undefined, log });
  store = await database.store({ name: 'test-model', dimensions });
  connection = createConnection(await connectChdb(path.join(data.folder, 'chdb')));
});

afterEach(async () => {
  await connection.close();
  await store.close();
  data.remove();
});

const usesIndex = async () => {
  const plan = await connection.read(`EXPLAIN indexes = 1 ${corpusQuery(connection.dialect, 'prompts')}`, {
    row: z.object({ explain: z.string() }),
    parameters: { vector: connection.dialect.encodeVector(next()), limit: 10 },
    settings: connection.dialect.searchSettings(1, 10),
  });
  return plan.some(({ explain }) => explain.includes('vector_similarity'));
};

it('loads without the index, builds it over what is there with progress, and searches by it', async () => {
  await dropVectorIndex(connection, 'prompts');
  const vectors = Array.from({ length: 4_000 }, () => next());
  for (const start of [0, 2_000]) {
    const batch = vectors.slice(start, start + 2_000);
    await store.importPairs(batch.map((promptVector, index) => corpusRow(`${start + index}`, { promptVector })));
  }
  expect(await usesIndex()).toBe(false);
  const shares: number[] = [];
  await buildVectorIndex(connection, 'prompts', { dimensions, onProgress: ({ progress }) => shares.push(progress) });
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  expect(await vectorIndexState(connection, 'prompts')).toEqual({ isBuilt: true, progress: 1, failure: '' });
  expect(await usesIndex()).toBe(true);
  const indexed = await connection.read(
    `SELECT min(secondary_indices_compressed_bytes) AS least FROM system.parts WHERE active AND table = 'prompts'`,
    { row: z.object({ least: z.coerce.number() }) },
  );
  expect(indexed[0]?.least).toBeGreaterThan(4_000 * dimensions);
  const [promptVector = next()] = vectors;
  expect((await idsOf(store.searchPrompts(promptVector, { limit: 1 })))[0]).toBe('0');
});

it('stops waiting when it is told to', async () => {
  const signal = AbortSignal.abort();
  const waiting = buildVectorIndex(connection, 'prompts', { dimensions, signal });
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
});

it('finishes a bulk load that died, whoever opens the database next', async () => {
  const rows = Array.from({ length: 2_000 }, (_, index) => corpusRow(`${index}`, { promptVector: next() }));
  expect(await store.beginBulkLoad({ rows: 30_000 })).toBe(true);
  await store.importPairs(rows);
  await store.close();
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ dataDir: data.folder, clickhouseUrl: undefined, log });
  store = await database.store({ name: 'test-model', dimensions });
  expect(await usesIndex()).toBe(false);
  const wanted = rows[1_234]?.promptVector ?? next();
  expect(await idsOf(store.searchPrompts(wanted, { limit: 1 }))).toEqual(['1234']);
  await store.finishBulkLoad();
  expect(await usesIndex()).toBe(true);
  expect(await idsOf(store.searchPrompts(wanted, { limit: 1 }))).toEqual(['1234']);
});
