import { BotError } from './errors.ts';
import type { Logger } from './log.ts';
import type { OutboxModel } from './outbox-model.ts';
import type { State } from './state.ts';
import type { Generation, Post, PromptStore, Reaction, Upload } from './store/store.ts';

interface GenerationWrite {
  kind: 'generation';
  generation: Generation;
  /** What made its vectors. */
  vectorModel: string;
}

export type DatabaseWrite =
  | GenerationWrite
  | { kind: 'post'; post: Post }
  | { kind: 'reaction'; reaction: Reaction }
  | { kind: 'upload'; upload: Upload };

/** Writes to the database by way of the local disk: a database that is down loses nothing. */
export interface Outbox {
  /** Resolves once the write is on the local disk; it reaches the database soon after, or when that is back. */
  add(write: DatabaseWrite): Promise<void>;
  /** Resolves when all writes so far are in the database; throws BotError `database_unavailable` when they can't be. */
  settled(): Promise<void>;
  /** Writes that wait for the database. */
  readonly size: number;
  close(): Promise<void>;
}

export interface OutboxParts {
  state: State;
  /** Does the work with where writes go now; again when that gives way to another model's meanwhile. */
  within(work: (target: WriteTarget) => Promise<void>): Promise<void>;
  log: Logger;
}

type LogStore = Pick<PromptStore, 'logGeneration' | 'logPost' | 'logReaction' | 'logUpload'>;

export interface WriteTarget {
  store: LogStore;
  model: OutboxModel;
}

const longestPauseMs = 30_000;

/** Drains in the order of arrival; a resend after a crash is harmless because the store's writes are idempotent by id. */
export function createOutbox({ state, within, log }: OutboxParts): Outbox {
  const waiting = state.table<DatabaseWrite>('outbox');
  const refused = state.table<DatabaseWrite>('outbox-refused');
  // What is on the disk, in order: a read of LMDB may show the state of a moment ago, and `settled` must not miss a write.
  const pending = new Map([...waiting.getRange({})].map(({ key, value }) => [key, value]));
  let sequence = Number([...pending.keys()].at(-1) ?? 0);
  let draining: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let pauseMs = 1000;
  let closed = false;

  async function add(write: DatabaseWrite) {
    sequence += 1;
    // Zero-padded, so that the order of keys is the order of arrival.
    const key = String(sequence).padStart(16, '0');
    await state.durably(() => {
      waiting.put(key, write);
    });
    pending.set(key, write);
    drain().catch(() => undefined);
  }

  function drain(): Promise<void> {
    draining ??= sendAll().finally(() => {
      draining = undefined;
    });
    return draining;
  }

  async function sendAll() {
    try {
      // Until nothing is left: a write may be added in the moment between the last one and the end.
      while (pending.size > 0 && !closed) for (const [key, write] of pending) if (!closed) await send(key, write);
      pauseMs = 1000;
    } catch (error) {
      log.warn({ err: error, waiting: pending.size }, 'the database does not take writes; they wait on the local disk');
      retryLater();
      throw error;
    }
  }

  async function send(key: string, write: DatabaseWrite) {
    try {
      await within((target) => deliver(write, target));
    } catch (error) {
      if (isTemporary(error)) throw error;
      log.error({ err: error, kind: write.kind }, 'the database refused a write; it is kept in the local state');
      await refused.put(key, write);
    }
    await waiting.remove(key);
    pending.delete(key);
  }

  function retryLater() {
    if (closed) return;
    clearTimeout(retry);
    retry = setTimeout(() => drain().catch(() => undefined), pauseMs);
    retry.unref();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }

  if (pending.size > 0) drain().catch(() => undefined);

  return {
    add,
    async settled() {
      while (pending.size > 0 && !closed) await drain();
    },
    get size() {
      return pending.size;
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await draining?.catch(() => undefined);
    },
  };
}

async function deliver(write: DatabaseWrite, { store, model }: WriteTarget): Promise<void> {
  switch (write.kind) {
    case 'generation':
      return store.logGeneration(await ofModel(model, write));
    case 'post':
      return store.logPost(write.post);
    case 'reaction':
      return store.logReaction(write.reaction);
    case 'upload':
      return store.logUpload(write.upload);
  }
}

/** Its vectors may be of the model that the database had when it was written. A second try, for a model or a bucket that failed for a moment. */
async function ofModel(model: OutboxModel, { generation, vectorModel }: GenerationWrite): Promise<Generation> {
  if (vectorModel === model.name) return generation;
  return model.embedAnew(generation).catch(() => model.embedAnew(generation));
}

const temporary: readonly string[] = [
  'database_unavailable',
  'disk_full',
  'model_mismatch',
  'model_unavailable',
  'images_unavailable',
];

/** What a bot can't write that lacks the model to which its database was moved, a bot that has it writes. */
function isTemporary(error: unknown): boolean {
  return error instanceof BotError && temporary.includes(error.code);
}
