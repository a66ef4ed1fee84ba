import { parentPort, workerData } from 'node:worker_threads';
import { BotError } from '../errors.ts';
import { type ClipModel, createClipModel } from './clip-model.ts';
import type { Weights } from './weights.ts';
import type { WorkerAnswer, WorkerRequest } from './worker-client.ts';

/** A part of a request, small enough that another can come in between. */
export type ClipWork =
  | { kind: 'texts'; items: readonly string[] }
  | { kind: 'images'; items: readonly Uint8Array[] }
  | { kind: 'tokenize'; items: readonly string[] }
  | { kind: 'tokens'; ids: Int32Array; count: number };

/** Token ids for `tokenize`, vectors for the others. */
export type ClipResult = Float32Array | Int32Array;

export interface ClipWorkerSettings {
  weights: Weights;
  threads: number;
}

const { weights, threads } = workerData as ClipWorkerSettings;
const model = createClipModel(weights, threads);

parentPort?.on('message', async ({ id, work }: WorkerRequest<ClipWork>) => {
  try {
    const result = await embed(model, work);
    parentPort?.postMessage({ id, result } satisfies WorkerAnswer<ClipResult>, [result.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ id, failure: describeFailure(error) } satisfies WorkerAnswer<ClipResult>);
  }
});

function embed(clip: ClipModel, work: ClipWork): Promise<ClipResult> {
  if (work.kind === 'texts') return clip.embedTexts(work.items);
  if (work.kind === 'images') return clip.embedImages(work.items);
  return work.kind === 'tokenize' ? clip.tokenize(work.items) : clip.embedTokens(work.ids, work.count);
}

function describeFailure(error: unknown) {
  const detail = error instanceof Error ? describeCause(error) : String(error);
  if (error instanceof BotError) return { code: error.code, message: error.message, detail };
  return {
    code: 'model_unavailable' as const,
    message: `The model in ${weights.folder} can't be run: its files are damaged or are not a CLIP export for transformers.js. Replace the folder, or choose another model.`,
    detail,
  };
}

function describeCause(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${describeCause(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
