import type { Embedder } from '../embedder/embedder.ts';
import type { PromptStore } from '../store/store.ts';
import type { CsvRecord, ImportRow, RejectedRow } from './csv.ts';

export interface ImportCounts {
  imported: number;
  /** Rows whose id is stored already. */
  skipped: number;
  rejected: number;
}

export interface ImportSummary extends ImportCounts {
  /** True when the signal stopped it; running it again goes on from there. */
  stopped: boolean;
}

export interface ImportRequest {
  records: AsyncIterable<CsvRecord>;
  embedder: Pick<Embedder, 'embedTexts'>;
  store: Pick<PromptStore, 'knownIds' | 'importPairs'>;
  /** Only the first so many rows of the file. */
  limit?: number | undefined;
  batchSize?: number | undefined;
  /** Stops between two batches. */
  signal?: AbortSignal | undefined;
  onRejected?: ((row: RejectedRow) => Promise<void>) | undefined;
  onBatch?: ((counts: ImportCounts) => void) | undefined;
}

/** Embeds and stores rows batch by batch, never more than one batch in memory; what is stored already is not embedded again. */
export async function importRecords(request: ImportRequest): Promise<ImportSummary> {
  const { records, limit = Number.POSITIVE_INFINITY, batchSize = 256, signal, onRejected, onBatch } = request;
  const counts: ImportCounts = { imported: 0, skipped: 0, rejected: 0 };
  let batch: ImportRow[] = [];
  const flush = async () => {
    const { imported, skipped } = await importBatch(request, batch);
    batch = [];
    counts.imported += imported;
    counts.skipped += skipped;
    onBatch?.({ ...counts });
  };

  let seen = 0;
  for await (const record of records) {
    if (seen === limit || signal?.aborted) break;
    seen += 1;
    if ('row' in record) {
      batch.push(record.row);
    } else {
      counts.rejected += 1;
      await onRejected?.(record.rejected);
    }
    if (batch.length === batchSize) await flush();
  }
  if (batch.length > 0 && !signal?.aborted) await flush();
  return { ...counts, stopped: signal?.aborted ?? false };
}

async function importBatch({ embedder, store }: ImportRequest, batch: readonly ImportRow[]) {
  const known = await store.knownIds(batch.map(({ id }) => id));
  const fresh = batch.filter(({ id }) => !known.has(id));
  const vectors = await embedder.embedTexts(fresh.map(({ prompt }) => prompt));
  const rows = fresh.flatMap((row, index) => {
    const promptVector = vectors[index];
    return promptVector ? [{ ...row, promptVector }] : [];
  });
  const { imported } = await store.importPairs(rows);
  return { imported, skipped: batch.length - imported };
}
