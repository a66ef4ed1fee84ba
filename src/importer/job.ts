import { setMaxListeners } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import type { Embedder } from '../embedder/embedder.ts';
import type { Work } from '../handover/work.ts';
import type { ImageFiles } from '../images/image-files.ts';
import type { Logger } from '../log.ts';
import type { State } from '../state.ts';
import type { PromptStore } from '../store/store.ts';
import { type BulkLoad, createBulkLoad } from './bulk-load.ts';
import { createCheckpoint } from './checkpoint.ts';
import { columnNamesSchema } from './columns.ts';
import { type ImportCounts, totalOf } from './counts.ts';
import { importAlone } from './exclusive.ts';
import { importFile } from './import-file.ts';
import { type Known, loadKnown } from './known.ts';
import { openPictures } from './open-pictures.ts';
import { openReader } from './open-reader.ts';
import { createRejectedFile, rejectedPaths } from './rejected.ts';
import { isWebAddress, nameForLog, openFile } from './source.ts';
import { openWebFile } from './web-source.ts';

/** What an operator asks for; plain data, since a running bot takes it from another process. */
const importRequestSchema = z.object({
  /** Absolute paths or web addresses. */
  files: z.array(z.string()).min(1),
  images: z.boolean(),
  /** Only the first so many rows of each file. */
  limit: z.number().int().positive().optional(),
  columns: columnNamesSchema,
  /** Hosts that may have private addresses. */
  allowHosts: z.array(z.string()),
});

export type ImportRequest = z.infer<typeof importRequestSchema>;

const countsSchema = z.custom<ImportCounts>((value) => typeof value === 'object' && value !== null);

/** What there is to tell of an import under way; plain data as well. */
const importEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begin'), file: z.string(), resumed: z.boolean(), counts: countsSchema }),
  z.object({ kind: z.literal('rows'), counts: countsSchema, share: z.number().optional() }),
  z.object({
    kind: z.literal('end'),
    file: z.string(),
    counts: countsSchema,
    seconds: z.number(),
    stopped: z.boolean(),
    rejectedFile: z.string(),
  }),
  z.object({ kind: z.literal('index'), share: z.number() }),
  z.object({ kind: z.literal('done'), stopped: z.boolean() }),
]);

export type ImportEvent = z.infer<typeof importEventSchema>;

export const importWork: Work<ImportRequest, ImportEvent> = {
  name: 'import',
  title: 'an import',
  request: importRequestSchema,
  event: importEventSchema,
};

export interface ImportParts {
  store: PromptStore;
  /** Not a cached one: what is stored here is never embedded again. */
  embedder: Embedder;
  images: ImageFiles;
  state: State;
  dataDir: string;
  maxImageBytes: number;
  /** See `importFile`. */
  blockRows?: number | undefined;
  log: Logger;
  signal: AbortSignal;
  onEvent(event: ImportEvent): void;
}

/**
 * Imports the files one after another, and then builds the index that a large import left out.
 * Throws BotError `conflict` while another program imports into the database, and the BotErrors of reading, embedding and storing.
 */
export function runImport(request: ImportRequest, parts: ImportParts): Promise<void> {
  return importAlone(parts.store, parts, (store) => importAll(request, { ...parts, store }));
}

async function importAll(request: ImportRequest, parts: ImportParts): Promise<void> {
  const { store, signal, onEvent } = parts;
  // Hundreds of pictures wait at once, each for the same signal.
  setMaxListeners(0, signal);
  const known = await loadKnown(store, { signal });
  const bulkLoad = createBulkLoad(store);
  for (const file of request.files) {
    if (signal.aborted) break;
    await importOne(file, request, parts, { known, bulkLoad });
  }
  if (!signal.aborted) await buildIndex(parts);
  onEvent({ kind: 'done', stopped: signal.aborted });
}

interface Shared {
  known: Known;
  bulkLoad: BulkLoad;
}

async function importOne(file: string, request: ImportRequest, parts: ImportParts, { known, bulkLoad }: Shared) {
  const { store, embedder, images, state, maxImageBytes, blockRows, signal, onEvent, log } = parts;
  const { columns, images: embeds, limit, allowHosts } = request;
  const isWeb = isWebAddress(file);
  const source = isWeb ? await openWebFile(file, { allowHosts, signal }) : await openFile(file);
  const reader = await openReader(source, columns);
  const checkpoint = createCheckpoint(store, source, { columns, images: embeds });
  const from = await checkpoint.load();
  const folder = path.resolve(parts.dataDir, 'imports');
  const rejected = await createRejectedFile(rejectedPaths(file, folder), from.rejectedBytes);
  onEvent({ kind: 'begin', file, resumed: from.next !== undefined, counts: from.counts });
  const place = nameForLog(file);
  log.info({ file: place, from: from.next }, 'an import begins');
  const start = performance.now();
  const pictures = openPictures({
    ...{ embeds, allowHosts, embedder, images, state, maxImageBytes },
    folder: isWeb ? undefined : path.dirname(file),
  });
  const onProgress = (counts: ImportCounts, share: number | undefined) => onEvent({ kind: 'rows', counts, share });
  const work = { reader, embedder, store, known, pictures, checkpoint, from, rejected, bulkLoad };
  const counts = await importFile({ ...work, limit, blockRows, signal, onProgress });
  const stopped = signal.aborted;
  if (!stopped) await checkpoint.remove();
  const seconds = (performance.now() - start) / 1_000;
  onEvent({ kind: 'end', file, counts, seconds, stopped, rejectedFile: rejected.path() });
  const sums = { ...counts, rejected: totalOf(counts.rejected), dead: totalOf(counts.dead) };
  log.info(
    { file: place, ...sums, seconds: Math.round(seconds) },
    stopped ? 'an import was stopped' : 'an import is done',
  );
}

async function buildIndex({ store, signal, onEvent }: ImportParts): Promise<void> {
  const onProgress = (share: number) => onEvent({ kind: 'index', share });
  try {
    // Before there is a share to tell of, the engine merges for minutes.
    if (await store.isBulkLoadUnfinished()) onProgress(0);
    await store.finishBulkLoad({ signal, onProgress });
  } catch (error) {
    // Stopped while the engine builds: it goes on by itself, and the next start waits for it.
    if (!signal.aborted) throw error;
  }
}
