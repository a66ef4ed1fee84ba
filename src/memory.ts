import path from 'node:path';
import type { Config } from './config.ts';
import { cacheEmbeddings } from './embedder/cache.ts';
import type { Embedder } from './embedder/embedder.ts';
import { openEmbedder } from './embedder/open.ts';
import type { BotError } from './errors.ts';
import type { Logger } from './log.ts';
import { type Calibration, createCalibration } from './similarity.ts';
import { openState } from './state.ts';
import { openDatabase } from './store/database.ts';
import type { PromptStore } from './store/store.ts';

interface MemoryParts {
  config: Config;
  log: Logger;
  signal: AbortSignal;
  /** Hears of what no retry can mend: the database was moved to another model. */
  onFatal(error: BotError): void;
}

/** The database, the model that it was built with (or a new one's), and the local state. */
export async function openMemory({ config, log, signal, onFatal }: MemoryParts) {
  const { dataDir, clickhouseUrl, vectorIndex, clipModel, hubUrl } = config;
  const state = openState(path.join(dataDir, 'state'));
  const database = await openDatabase({ dataDir, clickhouseUrl, vectorIndex, log, onMoved: onFatal });
  const storedModel = await database.storedModel();
  const opened = await openEmbedder({ clipModel, storedModel, hubUrl, dataDir, log, signal });
  if (opened.notice) log.info(opened.notice);
  const embedder: Embedder = cacheEmbeddings(opened.embedder, state.table('embeddings'));
  const store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
  return { database, state, store, embedder, plainEmbedder: opened.embedder, notice: opened.notice };
}

/** The corpus tells what related and unrelated look like to its model; it grows, so the measure is taken again. */
export async function keepCalibrated(store: PromptStore) {
  let calibration: Calibration = createCalibration(await store.sampleCosines());
  return {
    current: () => calibration,
    async refresh() {
      calibration = createCalibration(await store.sampleCosines());
    },
  };
}
