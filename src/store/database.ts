import path from 'node:path';
import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { VectorIndexChoice } from '../vector-index-setting.ts';
import { type Backup, createBackup } from './backup.ts';
import { createBulk } from './bulk.ts';
import { type Connection, createConnection } from './connection.ts';
import { createCorpus } from './corpus.ts';
import { connectChdb } from './dialects/chdb.ts';
import { connectServer } from './dialects/server.ts';
import { createGenerations } from './generations.ts';
import { createImportLease } from './import-lease.ts';
import { migrate, prepareDatabase } from './migrations.ts';
import { finishSwitch, modelNote } from './model-switch.ts';
import { beginMove, type Move, unfinishedMove } from './move.ts';
import { createNotes } from './notes.ts';
import { createReactions } from './reactions.ts';
import { createRowEstimate } from './row-count.ts';
import { corpusTableNames } from './schema.ts';
import { createSearch } from './search.ts';
import type { PromptStore, StoreCounts } from './store.ts';
import { createUploads } from './uploads.ts';
import { vectorIndexState } from './vector-index.ts';
import type { VectorModel } from './vectors.ts';
import { createVocabularySource } from './vocabulary.ts';
import { warm } from './warm.ts';
import { watchForMove } from './watch-for-move.ts';
import { createWordSearch } from './words.ts';

export interface DatabaseOptions {
  /** The embedded database lies in its folder `chdb`. */
  dataDir: string;
  /** A ClickHouse or MyScale server to use instead: `http://user:password@host:8123/database`. */
  clickhouseUrl: string | undefined;
  /** The vector index of a MyScale server; undefined: MSTG. */
  vectorIndex?: VectorIndexChoice | undefined;
  log: Logger;
  /** Hears that a statement met rows of another model than its store's: the database was moved to that while this program had it open. */
  onMoved?: (() => void) | undefined;
}

/** An open database, before the model is chosen: the one it was built with decides. */
export interface Database {
  readonly engine: string;
  /** The name of the model this database was built with; undefined for a new one. */
  storedModel(): Promise<string | undefined>;
  /** The same, once a move that is being put in place is there: whoever meets it finishes that. */
  settledModel(): Promise<string | undefined>;
  /** The store in it, made or migrated when needed. Throws BotError `model_mismatch` when it was built with another model. */
  store(model: VectorModel): Promise<PromptStore>;
  /** What made the vectors that are stored; undefined while there are none. */
  storedVectors(): Promise<VectorModel | undefined>;
  /** The same database as files that anybody can read; throws like `store`. */
  backup(model: VectorModel): Promise<Backup>;
  /** The way to another model (src/store/move.ts). */
  move(model: VectorModel): Promise<Move>;
  close(): Promise<void>;
}

/** Opens the embedded database or connects to a server. Throws BotError `database_locked` or `database_unavailable` with the remedy. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { dataDir, clickhouseUrl, vectorIndex, log, onMoved } = options;
  const session = clickhouseUrl
    ? await connectServer(clickhouseUrl, { vectorIndex })
    : await connectChdb(path.resolve(dataDir, 'chdb'));
  const connection = createConnection(session);
  try {
    await prepareDatabase(connection);
    await finishSwitch(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  log.info({ engine: session.engine, place: session.place }, 'database open');
  const unfinished = await unfinishedMove(connection);
  if (unfinished !== undefined)
    log.warn(
      { model: unfinished },
      'the move to this model is not finished: run `npm run reembed` with it once more, or what came at the last moment may be missing',
    );
  return {
    engine: session.engine,
    storedModel: () => storedModel(connection),
    async settledModel() {
      await finishSwitch(connection);
      return storedModel(connection);
    },
    storedVectors: () => storedVectors(connection),
    async store(model) {
      await prepare(model);
      await reportIndexes(connection, log);
      return createPromptStore(onMoved ? watchForMove(connection, onMoved) : connection, model);
    },
    async backup(model) {
      await prepare(model);
      return createBackup(connection);
    },
    async move(model) {
      // The tables of today's schema are copied, with their marks.
      const stored = await storedModel(connection);
      if (stored === undefined)
        throw new BotError(
          'not_found',
          'This database is new, and holds nothing to embed anew: start Promptory with that CLIP_MODEL.',
        );
      const { dimensions } = (await storedVectors(connection)) ?? model;
      await migrate(connection, { name: stored, dimensions });
      return beginMove(connection, model);
    },
    close: () => connection.close(),
  };

  async function prepare(model: VectorModel) {
    await claimModel(connection, model, session.place);
    await migrate(connection, model);
  }
}

function createPromptStore(connection: Connection, model: VectorModel): PromptStore {
  const { dimensions } = model;
  const corpus = createCorpus(connection, model);
  const notes = createNotes(connection);
  const vocabulary = createVocabularySource(connection);
  const aboutRows = createRowEstimate(connection);
  return {
    engine: connection.engine,
    ...corpus,
    ...notes,
    ...createBulk({ connection, dimensions, notes }),
    holdForImport: createImportLease(connection),
    ...createSearch({ connection, model, knownIds: corpus.knownIds, aboutRows }),
    ...createWordSearch({ connection, model, vocabulary }),
    async importPairs(batch, options) {
      const outcome = await corpus.importPairs(batch, options);
      vocabulary.grown(outcome.imported);
      return outcome;
    },
    warm: (options) => warm({ connection, model, vocabulary, aboutRows }, options),
    ...createGenerations(connection, model),
    ...createReactions(connection),
    ...createUploads(connection),
    counts: () => counts(connection),
    close: () => connection.close(),
  };
}

/** Searches are right without the index too, only slow: a start does not wait for it. */
async function reportIndexes(connection: Connection, log: Logger): Promise<void> {
  for (const table of corpusTableNames) {
    const state = await vectorIndexState(connection, table);
    if (state?.failure)
      log.error(
        { table, reason: state.failure },
        'the database could not build a vector index; searches scan what it lacks',
      );
    else if (state && !state.isBuilt)
      log.info({ table, progress: state.progress }, 'the database is building a vector index');
  }
}

function storedModel(connection: Connection): Promise<string | undefined> {
  return createNotes(connection).note(modelNote);
}

async function storedVectors(connection: Connection): Promise<VectorModel | undefined> {
  const name = await storedModel(connection);
  if (name === undefined) return undefined;
  const width = (table: string) => `SELECT length(prompt_vector) AS dimensions FROM ${table} LIMIT 1`;
  const row = z.object({ dimensions: z.coerce.number() });
  const [found] = await connection.read(`${width('prompts')} UNION ALL ${width('generations')}`, { row });
  return found && { name, dimensions: found.dimensions };
}

async function claimModel(connection: Connection, { name }: VectorModel, place: string): Promise<void> {
  const stored = await storedModel(connection);
  if (stored === undefined) {
    await createNotes(connection).setNote(modelNote, name);
  } else if (stored !== name) {
    throw new BotError(
      'model_mismatch',
      `The database at ${place} was built with the CLIP model ${stored}, and ${name} was asked for; vectors of two models can't be compared. ` +
        `Set CLIP_MODEL back to ${stored} (or remove it), or run \`npm run reembed\` with the other model: that embeds everything anew.`,
    );
  }
}

async function counts(connection: Connection): Promise<StoreCounts> {
  const count = z.coerce.number();
  const [found] = await connection.read(
    `SELECT (SELECT count() FROM prompts) AS prompts,
  (SELECT count() FROM prompt_images WHERE id IN (SELECT id FROM prompts)) AS images,
  (SELECT uniqExact(scope, id) FROM generations) AS generations`,
    { row: z.object({ prompts: count, images: count, generations: count }) },
  );
  return found ?? { prompts: 0, images: 0, generations: 0 };
}
