import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createLog } from '../src/log.ts';
import { type Connection, createConnection } from '../src/store/connection.ts';
import { openDatabase } from '../src/store/database.ts';
import { connectChdb } from '../src/store/dialects/chdb.ts';
import type { CorpusRow, PromptStore } from '../src/store/store.ts';
import { buildVectorIndex, dropVectorIndex } from '../src/store/vector-index.ts';
import { clusteredVectors } from '../test/store/vectors.ts';

const dimensions = 512;
const batchSize = 2_000;

const count = z.coerce.number();
const partRow = z.object({ rows: count, data: count, vectors: count, index: count });

/** What a row of the corpus takes: on disk, in its vector's column and in the index, which searches hold in memory; and its index's build. */
export async function benchCapacity(rows: number): Promise<Record<string, string | number>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'promptory-bench-'));
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: createLog('warn') });
  const connection = createConnection(await connectChdb(path.join(dataDir, 'chdb')));
  try {
    const store = await database.store({ name: 'bench', dimensions });
    await dropVectorIndex(connection, 'prompts');
    await fill(store, rows);
    await connection.command('OPTIMIZE TABLE prompts FINAL');
    const start = performance.now();
    await buildVectorIndex(connection, 'prompts', { dimensions });
    const build = performance.now() - start;
    return { ...(await bytesPerRow(connection)), 'index build, ms a row': Number((build / rows).toFixed(2)) };
  } finally {
    await connection.close();
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(store: PromptStore, rows: number): Promise<void> {
  const next = clusteredVectors(1, dimensions);
  for (let start = 0; start < rows; start += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, rows - start) }, (_, index): CorpusRow => {
      const id = crypto.randomUUID();
      const prompt = `prompt ${start + index}, of the length that people write: a portrait in soft light, ${id}, by several painters, highly detailed, 4 k, trending`;
      return {
        id,
        prompt,
        url: `https://pictures.example/${id}.png`,
        width: 512,
        height: 512,
        sourceSite: 'bench',
        promptVector: next(),
      };
    });
    await store.importPairs(batch);
  }
}

async function bytesPerRow(connection: Connection): Promise<Record<string, number>> {
  const [part] = await connection.read(
    `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS data,
  (SELECT sum(data_compressed_bytes) FROM system.data_skipping_indices WHERE table = 'prompts' AND type = 'vector_similarity') AS index,
  (SELECT sum(column_data_compressed_bytes) FROM system.parts_columns WHERE active AND table = 'prompts' AND column = 'prompt_vector') AS vectors
FROM system.parts WHERE active AND table = 'prompts'`,
    { row: partRow },
  );
  if (!part) throw new Error('the table has no part');
  const perRow = (bytes: number) => Math.round(bytes / part.rows);
  return {
    rows: part.rows,
    'on disk, bytes a row': perRow(part.data),
    'of which vector': perRow(part.vectors),
    'of which vector index': perRow(part.index),
  };
}
