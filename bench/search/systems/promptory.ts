import { z } from 'zod';
import { createLog } from '../../../src/log.ts';
import { createConnection } from '../../../src/store/connection.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { connectChdb } from '../../../src/store/dialects/chdb.ts';
import { exactCorpusQuery } from '../../../src/store/search.ts';
import type { CorpusRow } from '../../../src/store/store.ts';
import { seededRandom } from '../../../test/store/vectors.ts';
import { milliseconds, type VectorSystem } from '../system.ts';
import { dimensions, readVectors, vectorsOf } from '../vectors.ts';

const batchSize = 4_000;

/** The store as the bot uses it, on the embedded database; and the same engine without the index, which tells the truth. */
export async function openPromptory(folder: string): Promise<VectorSystem> {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: createLog('warn') });
  const connection = createConnection(await connectChdb(`${folder}/chdb`));
  const store = await database.store({ name: 'bench', dimensions });
  return {
    async load(vectorsFile, rows) {
      const loadMs = await milliseconds(async () => {
        await store.beginBulkLoad({ rows });
        for await (const block of readVectors(vectorsFile, batchSize)) {
          const rows = [...vectorsOf(block)].map((vector, offset) => corpusRow(block.start + offset, vector));
          await store.importPairs(rows);
        }
      });
      return { loadMs, buildMs: await milliseconds(() => store.finishBulkLoad()) };
    },
    searchers: [
      {
        name: 'promptory (chdb)',
        async search(query, limit) {
          return (await store.searchPrompts(query, { limit })).map(({ id }) => Number(id));
        },
      },
      {
        name: 'exact scan',
        async search(query, limit) {
          const parameters = { vector: connection.dialect.encodeVector(query), limit };
          const row = z.object({ id: z.coerce.number() });
          return (await connection.read(exactCorpusQuery(connection.dialect, 'prompts'), { row, parameters })).map(
            ({ id }) => id,
          );
        },
      },
    ],
    async close() {
      await connection.close();
      await database.close();
    },
  };
}

function corpusRow(id: number, promptVector: Float32Array): CorpusRow {
  return {
    id: String(id),
    prompt: promptOf(id),
    url: '',
    width: 512,
    height: 512,
    sourceSite: 'bench',
    promptVector: Float32Array.from(promptVector),
  };
}

/** Twelve made-up words, as long as people's prompts are: no two are near-duplicates. */
function promptOf(id: number): string {
  const random = seededRandom(id);
  return Array.from({ length: 12 }, () => Math.floor(random() * 1e8).toString(36)).join(' ');
}
