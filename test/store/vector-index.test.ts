import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { corpusQuery, exactCorpusQuery } from '../../src/store/search.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { temporaryFolder } from './folders.ts';
import { corpusRow, idsOf } from './samples.ts';
import { clusteredVectors } from './vectors.ts';

const rows = 20_000;
const batchSize = 2_000;
const queries = 50;
const dimensions = 512;

const { folder, remove } = temporaryFolder();
const next = clusteredVectors(1, dimensions);

let store: PromptStore;
let connection: Connection;

beforeAll(async () => {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  store = await database.store({ name: 'test-model', dimensions });
  connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
  for (let start = 0; start < rows; start += batchSize) {
    const batch = Array.from({ length: batchSize }, (_, index) =>
      corpusRow(`row ${start + index}`, { promptVector: next(), ...(start === 0 && { imageVector: next() }) }),
    );
    await store.importPairs(batch);
  }
}, 180_000);

afterAll(async () => {
  await connection.close();
  await store.close();
  remove();
});

const explain = async (query: string) => {
  const plan = await connection.read(`EXPLAIN indexes = 1 ${query}`, {
    row: z.object({ explain: z.string() }),
    parameters: { vector: connection.dialect.encodeVector(next()), limit: 10 },
    settings: connection.dialect.searchSettings(rows, 10),
  });
  return plan.map((line) => line.explain).join('\n');
};

describe('the vector index', () => {
  it.each(['prompts', 'prompt_images'] as const)('answers the query of %s', async (table) => {
    expect(await explain(corpusQuery(connection.dialect, table))).toMatch(
      /Skip[\s\S]*Name: \w+_vector_index[\s\S]*vector_similarity/,
    );
    expect(await explain(exactCorpusQuery(connection.dialect, table))).not.toContain('vector_similarity');
  });

  it('finds at least 99 % of what an exact scan of 20,000 clustered vectors finds', async () => {
    let hits = 0;
    for (let query = 0; query < queries; query++) {
      const vector = next();
      const exact = await connection.read(exactCorpusQuery(connection.dialect, 'prompts'), {
        row: z.object({ id: z.string() }),
        parameters: { vector: connection.dialect.encodeVector(vector), limit: 10 },
      });
      const found = new Set(await idsOf(store.searchPrompts(vector, { limit: 10 })));
      hits += exact.filter(({ id }) => found.has(id)).length;
    }
    expect(hits / (queries * 10)).toBeGreaterThanOrEqual(0.99);
  });
});
