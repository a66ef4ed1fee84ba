import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createClipEmbedder } from '../src/embedder/clip.ts';
import type { Embedder } from '../src/embedder/embedder.ts';
import { bundledModel } from '../src/embedder/open.ts';
import { readWeights } from '../src/embedder/weights.ts';
import { createDiskImageFiles } from '../src/images/disk.ts';
import { type ImportEvent, runImport } from '../src/importer/job.ts';
import { createLog } from '../src/log.ts';
import { openState } from '../src/state.ts';
import { openDatabase } from '../src/store/database.ts';
import { clusteredVectors } from '../test/store/vectors.ts';
import { writeRandomClip } from './clip-graph.ts';
import { promptOf, rounded } from './import-prompts.ts';
import { inserts } from './inserts.ts';
import { naiveRate } from './naive-embedding.ts';

type Figures = Record<string, string | number>;

const dimensions = 512;
const flatRows = 200_000;

/** The import: texts a second against the naive loop with both models, rows a second against the bare engine, and memory over many rows. */
export async function benchImport(): Promise<Figures> {
  return {
    ...named('tiny', await inFolder((folder) => embedding(folder, bundledModel, { rows: 8_192, naive: 384 }))),
    ...named('ViT-B/32 sized', await inFolder(randomClip)),
    ...(await inFolder(inserts)),
    ...(await inFolder(memory)),
  };
}

async function randomClip(folder: string): Promise<Figures> {
  const model = path.join(folder, 'random-clip');
  await writeRandomClip(model);
  return embedding(folder, model, { rows: 512, naive: 32 });
}

/** The whole way of a CSV into the database; the naive loop embeds and does nothing else. */
async function embedding(folder: string, model: string, count: { rows: number; naive: number }): Promise<Figures> {
  const prompts = Array.from({ length: count.rows }, (_, index) => promptOf(index));
  const file = path.join(folder, 'prompts.csv');
  await writeFile(file, `prompt\n${prompts.map((prompt) => `"${prompt}"`).join('\n')}`);
  const naive = await naiveRate(model, prompts.slice(0, count.naive));
  const weights = await readWeights(model);
  const embedder = await createClipEmbedder({ model: 'bench', weights, workers: availableParallelism() });
  try {
    await embedder.embedTexts(prompts.slice(0, 64));
    const before = process.cpuUsage();
    const start = performance.now();
    await importInto(folder, file, embedder);
    const seconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(before);
    const rate = count.rows / seconds;
    return {
      'texts/s, naive loop': rounded(naive),
      'texts/s, import': rounded(rate),
      'import / naive loop': rounded(rate / naive, 2),
      'CPU of all cores, %': Math.round((100 * (user + system)) / 1e6 / seconds / availableParallelism()),
    };
  } finally {
    await embedder.close();
  }
}

async function importInto(
  folder: string,
  file: string,
  embedder: Embedder,
  onEvent: (event: ImportEvent) => void = () => {},
) {
  const dataDir = path.join(folder, 'data');
  const log = createLog('warn');
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log });
  const state = openState(path.join(dataDir, 'state'));
  try {
    const store = await database.store({ name: 'bench', dimensions });
    const images = createDiskImageFiles(path.join(dataDir, 'images'));
    const { signal } = new AbortController();
    const parts = { store, embedder, images, state, dataDir, maxImageBytes: 1e6, log, signal, onEvent };
    await runImport({ files: [file], images: false, columns: {}, allowHosts: [] }, parts);
  } finally {
    await state.close();
    await database.close();
  }
}

/** Resident memory at a quarter and at the end of an import without a model; the index is built after it. */
async function memory(folder: string): Promise<Figures> {
  const file = path.join(folder, 'prompts.csv');
  await writeFile(
    file,
    `prompt\n${Array.from({ length: flatRows }, (_, index) => `"${promptOf(index)} ${index}"`).join('\n')}`,
  );
  const next = clusteredVectors(1, dimensions);
  const few = Array.from({ length: 1_000 }, () => next());
  const vectors = (count: number) => Array.from({ length: count }, (_, index) => few[index % 1_000] ?? next());
  const embedder: Embedder = {
    model: 'bench',
    dimensions,
    embedTexts: async (texts) => vectors(texts.length),
    embedImages: async (images) => vectors(images.length),
    close: async () => undefined,
  };
  const resident: number[] = [];
  const loaded = new Error('all rows are loaded');
  const sample = (event: ImportEvent) => {
    if (event.kind === 'rows') resident.push(process.memoryUsage().rss / 1e6);
    if (event.kind === 'end') throw loaded;
  };
  await importInto(folder, file, embedder, sample).catch((error) => {
    if (error !== loaded) throw error;
  });
  return {
    'memory after a quarter of 200,000 rows, MB': Math.round(resident[Math.floor(resident.length / 4)] ?? 0),
    'memory after all, MB': Math.round(resident.at(-1) ?? 0),
    'memory at most, MB': Math.round(Math.max(...resident)),
  };
}

async function inFolder(work: (folder: string) => Promise<Figures>): Promise<Figures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'promptory-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function named(name: string, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([title, figure]) => [`${name}: ${title}`, figure]));
}
