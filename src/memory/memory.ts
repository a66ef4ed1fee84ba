import path from 'node:path';
import type { Config } from '../config.ts';
import { cacheEmbeddings } from '../embedder/cache.ts';
import type { Embedder } from '../embedder/embedder.ts';
import { isOfFolder } from '../embedder/model-name.ts';
import { type OpenedEmbedder, openEmbedder } from '../embedder/open.ts';
import { retirable } from '../embedder/retirable.ts';
import type { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { openState, type State } from '../state.ts';
import { type Database, openDatabase } from '../store/database.ts';
import type { PromptStore } from '../store/store.ts';
import { type Calibrated, keepCalibrated } from './calibrated.ts';
import { createFollowing, type Following } from './follow-move.ts';
import { warmInBackground } from './warm-start.ts';

/** A CLIP model, and all that holds for it alone. */
export interface ModelMemory {
  readonly model: string;
  /** Remembers what it embedded. */
  embedder: Embedder;
  plainEmbedder: Embedder;
  store: PromptStore;
  calibration: Calibrated;
  /** What people should know of the choice of this model, in one line. */
  notice: string | undefined;
  retire(error: BotError): Promise<void>;
}

/** The database, the local state, and the model whose vectors the database has now. */
export interface Memory extends Following<ModelMemory> {
  readonly database: Database;
  readonly state: State;
  /** Loads the search indexes in the background. */
  warm(): void;
  close(): Promise<void>;
}

interface MemoryParts {
  config: Config;
  log: Logger;
  signal: AbortSignal;
  /** Hears of what no retry can mend: the database was moved to a model that can't be had here. */
  onFatal(error: BotError): void;
}

/** Opens the database with the model that it was built with (or a new one's), and follows it to another. */
export async function openMemory({ config, log, signal, onFatal }: MemoryParts): Promise<Memory> {
  const { dataDir, clickhouseUrl, vectorIndex, clipModel, hubUrl } = config;
  const state = openState(path.join(dataDir, 'state'));
  let following: Following<ModelMemory> | undefined;
  const onMoved = () => void following?.follow().catch(() => undefined);
  const database = await openDatabase({ dataDir, clickhouseUrl, vectorIndex, log, onMoved });

  const openModel = async (asked: string | undefined): Promise<OpenedEmbedder> =>
    openEmbedder({ clipModel: asked, storedModel: await database.storedModel(), hubUrl, dataDir, log, signal });

  async function bind({ embedder, notice }: OpenedEmbedder): Promise<ModelMemory> {
    const { model: name, dimensions } = embedder;
    const store = await database.store({ name, dimensions });
    const calibration = await keepCalibrated(store);
    const plainEmbedder = retirable(embedder);
    const cached = cacheEmbeddings(plainEmbedder, state.table('embeddings'));
    return {
      model: name,
      embedder: cached,
      plainEmbedder,
      store,
      calibration,
      notice,
      retire(error) {
        plainEmbedder.retire(error);
        return cached.close();
      },
    };
  }

  let warmed = Promise.resolve();
  function warm({ store }: ModelMemory): void {
    warmed = Promise.all([warmed, warmInBackground(store, { log, signal })]).then(() => undefined);
  }

  function onFollowed(next: ModelMemory): void {
    log.info({ model: next.model }, 'the database was moved to this model, which is in use from here on');
    if (clipModel !== undefined || isOfFolder(next.model))
      log.warn({ model: next.model }, 'the next start needs a CLIP_MODEL that names this model');
    warm(next);
  }

  const first = await bind(await openModel(clipModel));
  if (first.notice) log.info(first.notice);
  const openMoved = () => openModel(undefined);
  const moves = createFollowing({ first, database, openModel: openMoved, bind, onFollowed, onFatal, signal, log });
  following = moves;
  return {
    ...moves,
    database,
    state,
    warm: () => warm(moves.current()),
    async close() {
      await moves.settled();
      await warmed;
      await moves.current().embedder.close();
      await database.close();
      await state.close();
    },
  };
}
