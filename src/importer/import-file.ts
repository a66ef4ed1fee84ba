import type { Embedder } from '../embedder/embedder.ts';
import type { PromptStore } from '../store/store.ts';
import type { BulkLoad } from './bulk-load.ts';
import type { Checkpoint, Progress } from './checkpoint.ts';
import { addCounts, type ImportCounts, rowsOf } from './counts.ts';
import { type EmbeddedWindow, embedWindow } from './embed-window.ts';
import type { Known } from './known.ts';
import { mapAhead } from './map-ahead.ts';
import type { RowReader } from './open-reader.ts';
import type { Pictures } from './pictures.ts';
import type { RejectedFile } from './rejected.ts';
import { readWindows } from './windows.ts';

export interface FileImport {
  reader: RowReader;
  embedder: Pick<Embedder, 'embedTexts'>;
  store: Pick<PromptStore, 'importPairs' | 'importImages' | 'knownImageIds'>;
  bulkLoad: BulkLoad;
  known: Known;
  pictures: Pictures;
  checkpoint: Checkpoint;
  from: Progress;
  rejected: RejectedFile;
  /** Only the first so many rows of the file. */
  limit?: number | undefined;
  /** Rows, and pictures for rows that are there, that are stored at once; encoding them takes the event loop some 30 ms a thousand. */
  blockRows?: number | undefined;
  /** Stops it as soon as what is embedded is stored; it goes on from there. */
  signal: AbortSignal;
  onProgress(counts: ImportCounts, share: number | undefined): void;
}

/** Rows in a window: with pictures fewer, since each takes so much longer. */
const windowRows = { texts: 1_024, pictures: 128 };

const defaultBlockRows = 8 * windowRows.texts;

/** How long finished windows may wait for a whole block, ms. */
const blockWaitMs = 10_000;

// While one window is embedded, the next is read and the last is stored.
const windowsAhead = 3;

/** Reads, embeds and stores a file, all three at once, in memory for a few windows. Resolves to the counts of the whole file. */
export async function importFile(parts: FileImport): Promise<ImportCounts> {
  const { reader, known, from, limit = Number.POSITIVE_INFINITY, signal, pictures } = parts;
  let rowsRead = rowsOf(from.counts);
  const windows = readWindows(reader, {
    known,
    from: from.next,
    limit: limit - rowsRead,
    size: pictures.embeds ? windowRows.pictures : windowRows.texts,
    onRow() {
      rowsRead += 1;
    },
  });
  const options = { signal, background: true };
  const embedded = mapAhead(windows, windowsAhead, (window) => embedWindow(parts, window, options));
  const block = createBlock(parts, () => ({ read: rowsRead, share: shareOf(reader, rowsRead, limit) }));
  try {
    for await (const window of embedded) {
      await block.add(window);
      if (signal.aborted) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return block.store();
}

/** How much of what is wanted of the file is read. */
function shareOf(reader: RowReader, rowsRead: number, limit: number): number | undefined {
  const share = reader.progress();
  return share && Math.min(1, Math.max(share, rowsRead / limit));
}

/** Gathers windows up to a block; only what is stored is in the checkpoint. */
function createBlock(parts: FileImport, progress: () => { read: number; share: number | undefined }) {
  const { store, bulkLoad, checkpoint, rejected, onProgress, blockRows = defaultBlockRows } = parts;
  let { next, counts, rejectedBytes } = parts.from;
  let waiting: EmbeddedWindow[] = [];
  let since = Date.now();

  async function storeAll(): Promise<ImportCounts> {
    const windows = waiting;
    waiting = [];
    since = Date.now();
    if (windows.length === 0) return counts;
    const rows = windows.flatMap((window) => window.rows);
    await bulkLoad.expect(rows.length);
    await store.importPairs(rows);
    await store.importImages(windows.flatMap(({ images }) => images));
    rejectedBytes = await rejected.add(windows.flatMap((window) => window.rejected));
    counts = windows.reduce((sum, window) => addCounts(sum, window.counts), counts);
    next = windows.at(-1)?.next ?? next;
    await checkpoint.save({ next, counts, rejectedBytes });
    const { read, share } = progress();
    onProgress(counts, share && (share * rowsOf(counts)) / Math.max(1, read));
    return counts;
  }

  return {
    async add(window: EmbeddedWindow): Promise<void> {
      waiting.push(window);
      const vectors = waiting.reduce((sum, { rows, images }) => sum + rows.length + images.length, 0);
      if (vectors > blockRows - windowRows.texts || Date.now() - since > blockWaitMs) await storeAll();
    },
    store: storeAll,
  };
}
