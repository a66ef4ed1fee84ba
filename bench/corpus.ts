import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '../src/log.ts';
import { openDatabase } from '../src/store/database.ts';
import type { CorpusRow, PromptStore } from '../src/store/store.ts';

export const dimensions = 512;
const batchSize = 1_000;

/** A new, empty folder for a database, removed when the work is done. */
export async function withFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(path.join(tmpdir(), 'promptory-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The embedded database in a folder, closed when the work is done. */
export async function withStore<Value>(folder: string, work: (store: PromptStore) => Promise<Value>): Promise<Value> {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: createLog('warn') });
  try {
    return await work(await database.store({ name: 'bench', dimensions }));
  } finally {
    await database.close();
  }
}

export async function fill(
  store: PromptStore,
  rows: number,
  { nextVector, nextPrompt }: { nextVector: () => Float32Array; nextPrompt: () => string },
): Promise<void> {
  for (let start = 0; start < rows; start += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, rows - start) }, (_, index): CorpusRow => {
      const about = { url: '', width: 512, height: 512, sourceSite: 'bench' };
      return { id: String(start + index), prompt: nextPrompt(), ...about, promptVector: nextVector() };
    });
    await store.importPairs(batch);
  }
  // As an import ends: merges would take the cores of what is measured.
  await store.finishBulkLoad();
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] ?? 0;
}

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
