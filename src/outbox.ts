import { BotError } from './errors.ts';
import type { Logger } from './log.ts';
import type { OutboxModel } from './outbox-model.ts';
import type { State } from './state.ts';
import type { Generation, Post, PromptStore, Reaction, Upload } from './store/store.ts';

export type DatabaseWrite =
  | { kind: 'generation'; generation: Generation }
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

/** What lies on the disk: `vectorModel` is what made a generation's vectors, absent in writes of old. */
type WaitingWrite = DatabaseWrite & { vectorModel?: string };

export interface OutboxParts {
  state: State;
  store: WriteTarget;
  /** What embeds now; undefined where generations come with vectors of no model. */
  model?: OutboxModel | undefined;
  log: Logger;
}

type WriteTarget = Pick<PromptStore, 'logGeneration' | 'logPost' | 'logReaction' | 'logUpload'>;

const longestPauseMs = 30_000;

/** Drains in the order of arrival; a resend after a crash is harmless because the store's writes are idempotent by id. */
export function createOutbox({ state, store, model, log }: OutboxParts): Outbox {
  const waiting = state.table<WaitingWrite>('outbox');
  const refused = state.table<WaitingWrite>('outbox-refused');
  // What is on the disk, in order: a read of LMDB may show the state of a moment ago, and `settled` must not miss a write.
  const pending = new Map([...waiting.getRange({})].map(({ key, value }) => [key, value]));
  let sequence = Number([...pending.keys()].at(-1) ?? 0);
  let draining: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let pauseMs = 1000;
  let closed = false;

  async function add(given: DatabaseWrite) {
    const write: WaitingWrite = model ? { ...given, vectorModel: model.name } : given;
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

  async function send(key: string, write: WaitingWrite) {
    try {
      await deliver(store, await ofThisModel(write));
    } catch (error) {
      if (isTemporary(error)) throw error;
      log.error({ err: error, kind: write.kind }, 'the database refused a write; it is kept in the local state');
      await refused.put(key, write);
    }
    await waiting.remove(key);
    pending.delete(key);
  }

  /** Its vectors may be of the model that the database had when it was written. */
  async function ofThisModel(write: WaitingWrite): Promise<DatabaseWrite> {
    if (write.kind !== 'generation' || !model || write.vectorModel === model.name) return write;
    return { kind: 'generation', generation: await model.embedAnew(write.generation) };
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

function deliver(store: WriteTarget, write: DatabaseWrite): Promise<void> {
  switch (write.kind) {
    case 'generation':
      return store.logGeneration(write.generation);
    case 'post':
      return store.logPost(write.post);
    case 'reaction':
      return store.logReaction(write.reaction);
    case 'upload':
      return store.logUpload(write.upload);
  }
}

const temporary: readonly string[] = ['database_unavailable', 'disk_full', 'model_mismatch'];

/** A database that was moved to another model takes it at the next start, embedded anew. */
function isTemporary(error: unknown): boolean {
  return error instanceof BotError && temporary.includes(error.code);
}
