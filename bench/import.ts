import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createClipEmbedder } from '../src/embedder/clip.ts';
import type { Embedder } from '../src/embedder/embedder.ts';
import { bundledModel } from '../src/embedder/open.ts';
import { readWeights } from '../src/embedder/weights.ts';
import { createDiskImageFiles } from '../src/images/disk.ts';
import { blockRows as botBlockRows } from '../src/importer/in-bot.ts';
import { type ImportEvent, type ImportParts, runImport } from '../src/importer/job.ts';
import { createLog } from '../src/log.ts';
import { openState } from '../src/state.ts';
import { openDatabase } from '../src/store/database.ts';
import type { PromptStore } from '../src/store/store.ts';
import { clusteredVectors } from '../test/store/vectors.ts';
import { writeRandomClip } from './clip-graph.ts';
import { fill } from './corpus.ts';
import { promptOf, rounded } from './import-prompts.ts';
import { inserts } from './inserts.ts';
import { naiveRate } from './naive-embedding.ts';
import { syntheticPrompts } from './prompts.ts';
import { reading, writePrompts } from './reading.ts';
import { searchDuring } from './search-during-import.ts';

type Figures = Record<string, string | number>;

const dimensions = 512;
const defaultRows = 50_000;
const searchedRows = 10_000;

/**
 * The import: reading alone, texts a second against the naive loop with both models, searches meanwhile, rows a second against the bare engine,
 * and memory over many rows (`--rows`).
 */
export async function benchImport(rows = defaultRows): Promise<Figures> {
  return {
    // First, while the process is small.
    ...(await inFolder((folder) => reading(folder, rows))),
    ...named('tiny', await inFolder((folder) => embedding(folder, bundledModel, { rows: 32_768, naive: 1_024 }))),
    ...named('ViT-B/32 sized', await inFolder(randomClip)),
    ...(await inFolder(inserts)),
    ...(await inFolder(meanwhile)),
    ...(await inFolder((folder) => memory(folder, rows))),
  };
}

async function randomClip(folder: string): Promise<Figures> {
  const model = path.join(folder, 'random-clip');
  await writeRandomClip(model);
  return embedding(folder, model, { rows: 2_048, naive: 64 });
}

/** From a CSV to rows on the disk, and the same with making the database and building its index; the naive loop embeds and does nothing else. */
async function embedding(folder: string, model: string, count: { rows: number; naive: number }): Promise<Figures> {
  const prompts = Array.from({ length: count.rows }, (_, index) => promptOf(index));
  const file = path.join(folder, 'prompts.csv');
  await writeFile(file, `prompt\n${prompts.map((prompt) => `"${prompt}"`).join('\n')}`);
  const naive = await naiveRate(model, prompts.slice(0, count.naive));
  const weights = await readWeights(model);
  const embedder = await createClipEmbedder({ model: 'bench', weights, workers: availableParallelism() });
  try {
    await embedder.embedTexts(prompts.slice(0, 64));
    let before = process.cpuUsage();
    let cpuSeconds = 0;
    let seconds = 0;
    const start = performance.now();
    await importInto(folder, file, embedder, (event) => {
      if (event.kind === 'begin') before = process.cpuUsage();
      if (event.kind !== 'end') return;
      seconds = event.seconds;
      const { user, system } = process.cpuUsage(before);
      cpuSeconds = (user + system) / 1e6;
    });
    const whole = (performance.now() - start) / 1_000;
    const rate = count.rows / seconds;
    return {
      'texts/s, naive loop': rounded(naive),
      'texts/s, import': rounded(rate),
      'import / naive loop': rounded(rate / naive, 2),
      'CPU of all cores, %': Math.round((100 * cpuSeconds) / seconds / availableParallelism()),
      'texts/s, with the database and its index': rounded(count.rows / whole),
      'with the database and its index / naive loop': rounded(count.rows / whole / naive, 2),
    };
  } finally {
    await embedder.close();
  }
}

/** Searches of a bot that does an import, with the bundled model. */
async function meanwhile(folder: string): Promise<Figures> {
  const file = path.join(folder, 'prompts.csv');
  await writePrompts(file, searchedRows / 2);
  const embedder = await createClipEmbedder({ model: 'bench', weights: await readWeights(bundledModel) });
  try {
    return await inDatabase(folder, async (store, importing) => {
      const nextPrompt = syntheticPrompts(1);
      await fill(store, searchedRows, { nextVector: clusteredVectors(1, dimensions), nextPrompt });
      return searchDuring(store, () => importing(file, embedder, { blockRows: botBlockRows }));
    });
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
  await inDatabase(folder, (_, importing) => importing(file, embedder, { onEvent }));
}

type Importing = (
  file: string,
  embedder: Embedder,
  options: Partial<Pick<ImportParts, 'onEvent' | 'blockRows'>>,
) => Promise<void>;

/** A new database in a folder, and what imports a file into it. */
async function inDatabase<Value>(
  folder: string,
  work: (store: PromptStore, importing: Importing) => Promise<Value>,
): Promise<Value> {
  const dataDir = path.join(folder, 'data');
  const log = createLog('warn');
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log });
  const state = openState(path.join(dataDir, 'state'));
  try {
    const store = await database.store({ name: 'bench', dimensions });
    const images = createDiskImageFiles(path.join(dataDir, 'images'));
    const { signal } = new AbortController();
    const parts = { store, images, state, dataDir, maxImageBytes: 1e6, log, signal };
    return await work(store, (file, embedder, { onEvent = () => undefined, blockRows }) =>
      runImport(
        { files: [file], images: false, columns: {}, allowHosts: [] },
        { ...parts, embedder, onEvent, blockRows },
      ),
    );
  } finally {
    await state.close();
    await database.close();
  }
}

/** Resident memory at a quarter and at the end of an import without a model, and what of it is the program's own (heap and buffers); the index is built after it. */
async function memory(folder: string, rows: number): Promise<Figures> {
  const file = path.join(folder, 'prompts.csv');
  await writePrompts(file, rows);
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
  const own: number[] = [];
  const loaded = new Error('all rows are loaded');
  const sample = (event: ImportEvent) => {
    if (event.kind === 'rows') {
      const { rss, heapTotal, external } = process.memoryUsage();
      resident.push(rss / 1e6);
      own.push((heapTotal + external) / 1e6);
    }
    if (event.kind === 'end') throw loaded;
  };
  await importInto(folder, file, embedder, sample).catch((error) => {
    if (error !== loaded) throw error;
  });
  return {
    'memory: rows': rows,
    'memory after a quarter, MB': Math.round(resident[Math.floor(resident.length / 4)] ?? 0),
    'memory after all, MB': Math.round(resident.at(-1) ?? 0),
    'memory at most, MB': Math.round(Math.max(...resident)),
    "memory at most, without the engine's, MB": Math.round(Math.max(...own)),
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
