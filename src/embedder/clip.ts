import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BotError } from '../errors.ts';
import type { ClipResult, ClipWork, ClipWorkerSettings } from './clip-worker.ts';
import type { CallOptions, Embedder, Embedding } from './embedder.ts';
import { batchByLength, inOrder, unpackTokens } from './length-batches.ts';
import { createScheduler } from './scheduler.ts';
import { cutText } from './text.ts';
import type { Weights } from './weights.ts';
import { createWorkerClient } from './worker-client.ts';

/** Items a batch: how long, in model runs, a person's text may have to wait for an import. */
const batchSize = { texts: 16, images: 2, tokenized: 128 };

/** Tokens in a batch of texts of equal length: 16 texts of the usual length. */
const batchTokens = 512;

export interface ClipEmbedderOptions {
  /** Names the weights; stored with the database. */
  model: string;
  weights: Weights;
  /** Models that run side by side, each on one thread: faster for many texts than one model on several. One, on `threads`, unless told. */
  workers?: number | undefined;
}

/** Workers for a program that does nothing but embed: each takes a core, and memory for its weights. */
export const manyWorkers = Math.min(4, availableParallelism());

/** Threads of one model run: two are nearly twice as fast, and one core is always left for the rest of the program. */
const threads = Math.max(1, Math.min(2, availableParallelism() - 1));

/**
 * CLIP through transformers.js in a worker thread: decoding, preprocessing and inference never block the event loop.
 * The empty text has a vector like any other. Throws BotError `model_unavailable` when the weights can't be run.
 */
export async function createClipEmbedder({ model, weights, workers = 1 }: ClipEmbedderOptions): Promise<Embedder> {
  const settings = { weights, threads: workers > 1 ? 1 : threads };
  const idle = Array.from({ length: workers }, () =>
    createWorkerClient<ClipWork, ClipResult>(() => startWorker(settings)),
  );
  const all = [...idle];
  const scheduler = createScheduler((work: ClipWork) => run(work), { width: workers });
  let closed = false;

  async function run(work: ClipWork): Promise<ClipResult> {
    // As many batches run as there are workers, so one is idle.
    const worker = idle.pop() ?? all[0];
    if (!worker) throw new Error('there is no worker');
    try {
      return await worker.ask(work);
    } finally {
      idle.push(worker);
    }
  }

  function submit(batches: readonly ClipWork[], options: CallOptions | undefined): Promise<ClipResult[]> {
    if (closed) throw new BotError('cancelled', 'The embedder is closed: the program is ending.');
    return scheduler.submit(batches, options);
  }

  async function embed(batches: readonly ClipWork[], options: CallOptions | undefined): Promise<Embedding[]> {
    return (await submit(batches, options)).flatMap((packed) => unpack(packed, weights.dimensions));
  }

  /** Many texts: those of equal token count run together, so that no time goes into padding. */
  async function embedMany(texts: readonly string[], options: CallOptions | undefined): Promise<Embedding[]> {
    const tokenized = await submit(
      chunks(texts, batchSize.tokenized).map((items) => ({ kind: 'tokenize', items })),
      options,
    );
    const batches = batchByLength(tokenized.flatMap(unpackTokens), batchTokens);
    const vectors = await embed(
      batches.map(({ ids, count }) => ({ kind: 'tokens', ids, count })),
      options,
    );
    return inOrder(
      vectors,
      batches.flatMap(({ places }) => places),
    );
  }

  const embedder: Embedder = {
    model,
    dimensions: weights.dimensions,
    async embedTexts(texts, options) {
      const cut = texts.map(cutText);
      return cut.length > batchSize.texts ? embedMany(cut, options) : embed([{ kind: 'texts', items: cut }], options);
    },
    embedImages(images, options) {
      const batches = chunks(images, batchSize.images);
      return embed(
        batches.map((items) => ({ kind: 'images', items })),
        options,
      );
    },
    async close() {
      closed = true;
      scheduler.clear(new BotError('cancelled', 'The embedder is closed: the program is ending.'));
      await Promise.all(all.map((worker) => worker.close()));
    },
  };
  await warmUp(embedder);
  return embedder;
}

/** Loads the text model and checks its width, so that wrong weights fail at start and not at somebody's first prompt. */
async function warmUp(embedder: Embedder): Promise<void> {
  try {
    await embedder.embedTexts(['']);
  } catch (error) {
    await embedder.close();
    throw error;
  }
}

function startWorker(workerData: ClipWorkerSettings): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./clip-worker.js', import.meta.url), { workerData });
  return new Worker(fromSources(new URL('./clip-worker.ts', import.meta.url)), {
    workerData,
    eval: true,
    execArgv: [],
  });
}

/** `--import tsx` does not reach the entry of a worker, so a first script registers it; by address, since the working directory may be anywhere. */
function fromSources(entry: URL): string {
  const loader = import.meta.resolve('tsx/esm/api');
  return `import('${loader}').then(({ register }) => { register(); return import('${entry}'); });`;
}

function unpack(packed: ClipResult, dimensions: number): Embedding[] {
  // Copies, since a view would keep (and, in a structured clone, carry) the vectors of its whole batch.
  return Array.from(
    { length: packed.length / dimensions },
    (_, place) => new Float32Array(packed.subarray(place * dimensions, (place + 1) * dimensions)),
  );
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
