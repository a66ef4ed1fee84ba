import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BotError } from '../errors.ts';
import type { ClipWork, ClipWorkerSettings } from './clip-worker.ts';
import type { CallOptions, Embedder, Embedding } from './embedder.ts';
import { createScheduler } from './scheduler.ts';
import { cutText } from './text.ts';
import type { Weights } from './weights.ts';
import { createWorkerClient } from './worker-client.ts';

/** Items a batch: how long, in model runs, a person's text may have to wait for an import. */
const batchSize = { texts: 16, images: 2 };

export interface ClipEmbedderOptions {
  /** Names the weights; stored with the database. */
  model: string;
  weights: Weights;
}

/** Threads of one model run: two are nearly twice as fast, and one core is always left for the rest of the program. */
const threads = Math.max(1, Math.min(2, availableParallelism() - 1));

/**
 * CLIP through transformers.js in a worker thread: decoding, preprocessing and inference never block the event loop.
 * The empty text has a vector like any other. Throws BotError `model_unavailable` when the weights can't be run.
 */
export async function createClipEmbedder({ model, weights }: ClipEmbedderOptions): Promise<Embedder> {
  const worker = createWorkerClient<ClipWork, Float32Array>(() => startWorker({ weights, threads }));
  const scheduler = createScheduler(async (work: ClipWork) => unpack(await worker.ask(work), weights.dimensions));
  let closed = false;

  async function embed(batches: readonly ClipWork[], options: CallOptions | undefined): Promise<Embedding[]> {
    if (closed) throw new BotError('cancelled', 'The embedder is closed: the program is ending.');
    return (await scheduler.submit(batches, options?.signal)).flat();
  }

  const embedder: Embedder = {
    model,
    dimensions: weights.dimensions,
    async embedTexts(texts, options) {
      const cut = texts.map(cutText);
      // Texts of like length meet in one batch, where those of equal token count run together.
      const order = cut.map((_, index) => index).sort((a, b) => (cut[a]?.length ?? 0) - (cut[b]?.length ?? 0));
      const batches = chunks(order, batchSize.texts).map((places) => places.map((index) => cut[index] ?? ''));
      const sorted = await embed(
        batches.map((items) => ({ kind: 'texts', items })),
        options,
      );
      const inOrder: Embedding[] = new Array(texts.length);
      sorted.forEach((vector, place) => {
        inOrder[order[place] ?? 0] = vector;
      });
      return inOrder;
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
      await worker.close();
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

function unpack(packed: Float32Array, dimensions: number): Embedding[] {
  // Copies, since a view would keep (and, in a structured clone, carry) the vectors of its whole batch.
  return Array.from({ length: packed.length / dimensions }, (_, place) =>
    packed.slice(place * dimensions, (place + 1) * dimensions),
  );
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
