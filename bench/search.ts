import path from 'node:path';
import { z } from 'zod';
import { type Connection, createConnection } from '../src/store/connection.ts';
import { connectChdb } from '../src/store/dialects/chdb.ts';
import { exactCorpusQuery } from '../src/store/search.ts';
import type { PromptStore } from '../src/store/store.ts';
import { clusteredVectors } from '../test/store/vectors.ts';
import { dimensions, fill, milliseconds, quantile, rounded, withFolder, withStore } from './corpus.ts';
import { syntheticPrompts } from './prompts.ts';

const queries = 200;
const neighbours = 10;

/** Search in the embedded database at a number of rows: latency, against the exact scan of the same engine, and recall@10. */
export async function benchSearch(rows: number): Promise<Record<string, string | number>> {
  return withFolder((folder) =>
    withStore(folder, async (store) => {
      const connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
      const nextVector = clusteredVectors(1, dimensions);
      const load = await milliseconds(() => fill(store, rows, { nextVector, nextPrompt: syntheticPrompts(1) }));
      const measured = await measure(store, connection, nextVector);
      await connection.close();
      return {
        rows,
        ...measured,
        'load, rows/s': Math.round((1_000 * rows) / load),
        'resident memory, MB': Math.round(process.memoryUsage().rss / 1e6),
      };
    }),
  );
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
