import type { Embedding } from './embedder/embedder.ts';
import { knowsDrawnScenesOnly } from './embedder/model-name.ts';
import type { Calibration } from './similarity.ts';
import type { Generation } from './store/store.ts';

/** Pictures of one run, best first. */
export interface Ranking {
  /** Where each was before. */
  order: readonly number[];
  /** How well each fits the prompt, 0 to 1, in the new order; undefined where the model can only compare them. */
  fits: readonly number[] | undefined;
}

/** A run with its pictures best first, and how well each fits. `embedder` is the model that made its vectors. */
export function rankGeneration(generation: Generation, calibration: Calibration, embedder: string) {
  const { promptVector, images, imageVectors } = generation;
  const isMeasurable = isFitMeasurable(calibration, embedder);
  const { order, fits } = rankByFit(promptVector, imageVectors, { calibration, isMeasurable });
  const inOrder = <Item>(items: readonly Item[]) => order.flatMap((from) => items[from] ?? []);
  const sorted: Generation = { ...generation, images: inOrder(images), imageVectors: inOrder(imageVectors) };
  return { generation: sorted, ranked: { fits } };
}

/** Ranks pictures by the cosine of their vectors with the prompt's; of equal ones the first stays first. */
export function rankByFit(
  prompt: Embedding,
  pictures: readonly Embedding[],
  shown: { calibration: Calibration; isMeasurable: boolean },
): Ranking {
  const ranked = pictures
    .map((picture, index) => ({ index, cosine: dot(prompt, picture) }))
    .toSorted((one, other) => other.cosine - one.cosine);
  const { calibration, isMeasurable } = shown;
  return {
    order: ranked.map(({ index }) => index),
    fits: isMeasurable ? ranked.map(({ cosine }) => calibration.textToImage(cosine)) : undefined,
  };
}

/**
 * Whether a percentage means something: the collection must show that its model tells a prompt's own picture from others.
 * The bundled model says so of its own drawn scenes, but a single cosine of it says too little (`npm run bench best`).
 */
export function isFitMeasurable(calibration: Calibration, embedder: string): boolean {
  return calibration.tellsPictures && !knowsDrawnScenesOnly(embedder);
}

function dot(one: Embedding, other: Embedding): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
