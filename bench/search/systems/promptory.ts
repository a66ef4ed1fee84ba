import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { createClipEmbedder } from '../../../src/embedder/clip.ts';
import type { Embedder } from '../../../src/embedder/embedder.ts';
import { readWeights } from '../../../src/embedder/weights.ts';
import { createLog } from '../../../src/log.ts';
import { createSearch } from '../../../src/search.ts';
import { createCalibration } from '../../../src/similarity.ts';
import { createConnection } from '../../../src/store/connection.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { connectChdb } from '../../../src/store/dialects/chdb.ts';
import { exactCorpusQuery } from '../../../src/store/search.ts';
import type { CorpusRow, PromptStore } from '../../../src/store/store.ts';
import { generation } from '../../../test/store/samples.ts';
import { writeWholeRandomClip } from '../../clip-graph.ts';
import { syntheticPrompts } from '../../prompts.ts';
import { corpusPrompts } from '../corpus.ts';
import { milliseconds, type Query, type VectorSystem } from '../system.ts';
import { dimensions, promptLikeVectors, readVectors, vectorsOf } from '../vectors.ts';

const batchSize = 4_000;
const scope = 'scope';
const generations = 50;

/**
 * The store as the bot uses it, on the embedded database: its nearest neighbours alone, as the other systems find them, and the bot's
 * whole search; and the same engine without the index.
 */
export async function createPromptory(folder: string): Promise<VectorSystem> {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: createLog('warn') });
  const connection = createConnection(await connectChdb(`${folder}/chdb`));
  const store = await database.store({ name: 'bench', dimensions });
  const wholeSearch = createWholeSearch(store);
  let embedder: Embedder | undefined;

  async function openModel() {
    embedder = await openWholeModel(path.join(folder, '..', 'random-clip'));
  }

  const exactRow = z.object({ id: z.coerce.number(), prompt: z.string(), distance: z.number() });
  return {
    async build({ vectors, rows }) {
      const loadMs = await milliseconds(() => load(store, vectors, rows));
      const buildMs = await milliseconds(() => store.finishBulkLoad());
      await logGenerations(store, rows);
      return { loadMs, buildMs };
    },
    open: () => store.warm(),
    becomeWhole: () => openModel(),
    searchers: [
      {
        name: 'promptory (chdb)',
        async search({ vector }, limit) {
          const found = await store.searchPrompts(vector, { limit });
          return found.map(({ id, prompt, cosine }) => ({ id: Number(id), prompt, distance: 1 - cosine }));
        },
      },
      { name: 'promptory, whole search', ranksByMore: true, search: wholeSearch },
      {
        name: 'exact scan',
        scans: true,
        async search({ vector }, limit) {
          const parameters = { vector: connection.dialect.encodeVector(vector), limit };
          return connection.read(exactCorpusQuery(connection.dialect, 'prompts'), { row: exactRow, parameters });
        },
      },
    ],
    async close() {
      await embedder?.close();
      await connection.close();
      await database.close();
    },
  };
}

/** Networks of the size of CLIP ViT-B/32's, in memory once they have embedded a text and a picture. */
async function openWholeModel(folder: string): Promise<Embedder> {
  if (!existsSync(folder)) {
    const unfinished = `${folder}-unfinished`;
    await writeWholeRandomClip(unfinished);
    await rename(unfinished, folder);
  }
  const embedder = await createClipEmbedder({ model: 'random', weights: await readWeights(folder) });
  await embedder.embedTexts(['a lighthouse by the sea']);
  const background = { r: 40, g: 90, b: 160 };
  const picture = sharp({ create: { width: 512, height: 512, channels: 3, background } });
  await embedder.embedImages([await picture.png().toBuffer()]);
  return embedder;
}

/**
 * What happens from a text's vector to the neighbours people are shown: a hundred candidates by the vector, those of the scope's own
 * generations, those by rare words, fused, near-duplicates collapsed. Making the vector is the CLIP model's work, which is not measured here.
 */
function createWholeSearch(store: PromptStore) {
  const calibration = createCalibration({
    textToText: [],
    textToImage: { matching: [], unrelated: [] },
    imageToImage: [],
  });
  const outbox = { settled: async () => undefined };
  return async ({ vector, text }: Query, limit: number) => {
    const made = { embedTexts: async () => [vector], embedImages: async () => [], close: async () => undefined };
    const embedder: Embedder = { model: 'bench', dimensions, ...made };
    const { byText } = createSearch({ embedder, store, outbox, calibration: () => calibration });
    const found = await byText(text, { scope, limit });
    return found.map(({ id, prompt, similarity }) => ({ id: Number(id), prompt, distance: 1 - similarity }));
  };
}

async function load(store: PromptStore, vectorsFile: string, rows: number): Promise<void> {
  await store.beginBulkLoad({ rows });
  const nextPrompt = corpusPrompts();
  for await (const block of readVectors(vectorsFile, batchSize)) {
    const about = { url: '', width: 512, height: 512, sourceSite: 'bench' };
    const batch = [...vectorsOf(block)].map((vector, offset): CorpusRow => {
      const id = String(block.start + offset);
      return { id, prompt: nextPrompt(), ...about, promptVector: Float32Array.from(vector) };
    });
    await store.importPairs(batch);
  }
}

/** What people of the scope have made themselves; their numbers are negative. */
async function logGenerations(store: PromptStore, rows: number): Promise<void> {
  const nextVector = promptLikeVectors(rows, 12);
  const nextPrompt = syntheticPrompts(22);
  for (let index = 0; index < generations; index++) {
    const vectors = { promptVector: nextVector(), imageVectors: [nextVector()] };
    await store.logGeneration(generation(`-${index + 1}`, { scope, prompt: nextPrompt(), ...vectors }));
  }
}
