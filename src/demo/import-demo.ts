import { setTimeout as pause } from 'node:timers/promises';
import type { Embedder } from '../embedder/embedder.ts';
import type { ImageGenerator } from '../generator/generator.ts';
import type { ImageFiles } from '../images/image-files.ts';
import type { Logger } from '../log.ts';
import type { CorpusRow, PromptStore } from '../store/store.ts';
import { demoPrompts } from './prompts/index.ts';

export interface DemoProgress {
  /** Pairs that can be found now. */
  done: number;
  total: number;
}

export interface DemoParts {
  embedder: Pick<Embedder, 'embedTexts' | 'embedImages'>;
  store: Pick<PromptStore, 'importPairs' | 'knownIds'>;
  images: Pick<ImageFiles, 'put'>;
  generator: Pick<ImageGenerator, 'generate'>;
  log: Pick<Logger, 'info'>;
  signal?: AbortSignal | undefined;
  /** After each batch; the next one waits for it. */
  onProgress?: ((progress: DemoProgress) => void | Promise<void>) | undefined;
  /** Called before each batch but the first: resolves when nobody waits for an answer. */
  whenIdle?: (() => Promise<void>) | undefined;
}

/** Pixels of both sides: enough to look at, small on the disk (about 25 kB). */
const side = 512;

/** The first batch holds every theme four times, enough to answer a first prompt; the later ones are short, to stay out of people's way. */
const firstBatch = 40;
const laterBatch = 8;

/** Share of time left to others between batches: as long as the batch took, at most this. */
const longestPauseMs = 1000;

interface DemoEntry {
  id: string;
  prompt: string;
  seed: number;
}

/**
 * Draws the demo corpus and imports it, batch by batch. Resumable: pairs that the store knows are not drawn again, and a
 * pair has the same id, seed and picture on every machine. Rejects with the signal's reason when aborted.
 */
export async function importDemoCorpus(parts: DemoParts): Promise<DemoProgress> {
  const { store, log, signal, onProgress, whenIdle } = parts;
  const entries = demoPrompts.map((prompt, index) => ({ id: idOf(index), prompt, seed: 1000 + index }));
  const missing = await unknownTo(store, entries);
  const total = entries.length;
  let done = total - missing.length;
  if (done > 0) await onProgress?.({ done, total });
  for (
    let start = 0, size = Math.max(laterBatch, firstBatch - done);
    start < missing.length;
    start += size, size = laterBatch
  ) {
    signal?.throwIfAborted();
    const begun = Date.now();
    if (start > 0) await whenIdle?.();
    const batch = missing.slice(start, start + size);
    await importBatch(batch, parts);
    done += batch.length;
    log.info(`${done} of ${total} demo pictures drawn`);
    await onProgress?.({ done, total });
    await pause(Math.min(longestPauseMs, Date.now() - begun), undefined, { signal });
  }
  return { done, total };
}

function idOf(index: number): string {
  return `demo-${String(index + 1).padStart(3, '0')}`;
}

async function unknownTo(store: DemoParts['store'], entries: readonly DemoEntry[]): Promise<DemoEntry[]> {
  const known = await store.knownIds(entries.map(({ id }) => id));
  return entries.filter(({ id }) => !known.has(id));
}

async function importBatch(
  batch: readonly DemoEntry[],
  { embedder, store, images, generator, signal }: DemoParts,
): Promise<void> {
  const pictures: Uint8Array[] = [];
  for (const { prompt, seed } of batch) {
    const { images: made } = await generator.generate(
      { prompt, count: 1, seed, width: side, height: side },
      { signal },
    );
    pictures.push(...made.map(({ bytes }) => bytes));
  }
  const keys = await Promise.all(pictures.map((bytes) => images.put(bytes)));
  const promptVectors = await embedder.embedTexts(
    batch.map(({ prompt }) => prompt),
    { signal },
  );
  const imageVectors = await embedder.embedImages(pictures, { signal });
  const rows = batch.flatMap(({ id, prompt }, index): CorpusRow[] => {
    const [url, promptVector, imageVector] = [keys[index], promptVectors[index], imageVectors[index]];
    if (url === undefined || promptVector === undefined) return [];
    return [{ id, prompt, url, width: side, height: side, sourceSite: 'promptory demo', promptVector, imageVector }];
  });
  await store.importPairs(rows, { signal });
}
