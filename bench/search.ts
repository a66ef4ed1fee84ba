import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createLog } from '../src/log.ts';
import { type Connection, createConnection } from '../src/store/connection.ts';
import { openDatabase } from '../src/store/database.ts';
import { connectChdb } from '../src/store/dialects/chdb.ts';
import { exactCorpusQuery } from '../src/store/search.ts';
import type { CorpusRow, PromptStore } from '../src/store/store.ts';
import { clusteredVectors } from '../test/store/vectors.ts';

const dimensions = 512;
const batchSize = 1_000;
const queries = 200;
const neighbours = 10;

/** Search in the embedded database at a number of rows: latency, against the exact scan of the same engine, and recall@10. */
export async function benchSearch(rows: number): Promise<Record<string, string | number>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'promptory-bench-'));
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: createLog('warn') });
  const connection = createConnection(await connectChdb(path.join(dataDir, 'chdb')));
  try {
    const store = await database.store({ name: 'bench', dimensions });
    const next = clusteredVectors(1, dimensions);
    const load = await milliseconds(() => fill(store, rows, next));
    const measured = await measure(store, connection, next);
    return {
      rows,
      ...measured,
      'load, rows/s': Math.round((1_000 * rows) / load),
      'resident memory, MB': Math.round(process.memoryUsage().rss / 1e6),
    };
  } finally {
    await connection.close();
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(store: PromptStore, rows: number, next: () => Float32Array): Promise<void> {
  for (let start = 0; start < rows; start += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, rows - start) }, (_, index): CorpusRow => {
      const id = String(start + index);
      const prompt = `prompt ${id}, of the length that people write, with a style, a light and a lens`;
      return { id, prompt, url: '', width: 512, height: 512, sourceSite: 'bench', promptVector: next() };
    });
    await store.importPairs(batch);
  }
}

async function measure(store: PromptStore, connection: Connection, next: () => Float32Array) {
  const indexed: number[] = [];
  const exact: number[] = [];
  let hits = 0;
  let wanted = 0;
  for (let query = 0; query < queries; query++) {
    const vector = next();
    let found = new Set<string>();
    indexed.push(
      await milliseconds(async () => {
        found = new Set((await store.searchPrompts(vector, { limit: neighbours })).map(({ id }) => id));
      }),
    );
    let truth: { id: string }[] = [];
    exact.push(
      await milliseconds(async () => {
        truth = await scan(connection, vector);
      }),
    );
    hits += truth.filter(({ id }) => found.has(id)).length;
    wanted += truth.length;
  }
  return {
    'search p50, ms': rounded(quantile(indexed, 0.5)),
    'search p95, ms': rounded(quantile(indexed, 0.95)),
    'exact scan p50 / search p50': rounded(quantile(exact, 0.5) / quantile(indexed, 0.5)),
    'recall@10': rounded(hits / wanted, 4),
  };
}

function scan(connection: Connection, vector: Float32Array): Promise<{ id: string }[]> {
  return connection.read(exactCorpusQuery(connection.dialect, 'prompts'), {
    row: z.object({ id: z.string() }),
    parameters: { vector: connection.dialect.encodeVector(vector), limit: neighbours },
  });
}

async function milliseconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] ?? 0;
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
