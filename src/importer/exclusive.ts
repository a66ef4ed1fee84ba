import { hash } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BotError } from '../errors.ts';
import type { State } from '../state.ts';
import type { ImportLease, PromptStore } from '../store/store.ts';

interface Place {
  state: State;
  dataDir: string;
}

/** Between two looks at whether another program's import has ended, ms. */
const defaultWaitMs = 30_000;

/** The one import of a database while `work` runs, which stores nothing any more once another may have begun. Throws BotError `conflict`. */
export async function importAlone<Value>(
  store: PromptStore,
  place: Place,
  work: (store: PromptStore) => Promise<Value>,
): Promise<Value> {
  const lease = await store.holdForImport(await holderOf(place));
  try {
    return await work(guarded(store, lease));
  } finally {
    await lease.release();
  }
}

/** Builds the index that an import which was stopped or killed has left out, once no other program imports; does nothing else. */
export async function finishIndexAlone(
  store: PromptStore,
  place: Place,
  { signal, waitMs = defaultWaitMs }: { signal: AbortSignal; waitMs?: number },
): Promise<void> {
  while (await store.isBulkLoadUnfinished()) {
    try {
      return await importAlone(store, place, (own) => own.finishBulkLoad({ signal }));
    } catch (error) {
      if (!(error instanceof BotError && error.code === 'conflict')) throw error;
      await sleep(waitMs, undefined, { signal, ref: false });
    }
  }
}

/** One program at a time has a data folder's state: what an earlier one held there is over. The rest of the name tells copies of a folder apart. */
async function holderOf({ state, dataDir }: Place): Promise<string> {
  const table = state.table<string>('import-holder');
  const known = table.get('name') ?? crypto.randomUUID();
  await table.put('name', known);
  return hash('sha256', [hostname(), path.resolve(dataDir), known].join('\0')).slice(0, 32);
}

function guarded(store: PromptStore, lease: ImportLease): PromptStore {
  const checked =
    <Arguments extends unknown[], Value>(work: (...given: Arguments) => Promise<Value>) =>
    async (...given: Arguments) => {
      lease.check();
      return work(...given);
    };
  return {
    ...store,
    importPairs: checked(store.importPairs),
    importImages: checked(store.importImages),
    setNote: checked(store.setNote),
    beginBulkLoad: checked(store.beginBulkLoad),
    finishBulkLoad: checked(store.finishBulkLoad),
  };
}
