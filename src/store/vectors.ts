import { z } from 'zod';
import { BotError } from '../errors.ts';

/** What made the vectors: two models' vectors can't be compared. */
export interface VectorModel {
  name: string;
  dimensions: number;
}

/** The cell `vector_model` of a row to compare with a vector of this model. Throws BotError `model_mismatch` for a row of another. */
export function madeBy({ name }: VectorModel) {
  return z.string().transform((found) => {
    // Rows of a cluster may be older than the mark; there a database is never moved.
    if (found !== name && found !== '') throw movedTo(found);
    return found;
  });
}

/** For a program that has the wrong model from one moment to the next. */
export function movedTo(model: string | undefined, options?: { cause: unknown }): BotError {
  return new BotError(
    'model_mismatch',
    `The database was moved to ${model === undefined ? 'another CLIP model' : `the CLIP model ${model}`} meanwhile. ` +
      'Start this program again; if CLIP_MODEL is set, or the model lies in a folder, set CLIP_MODEL to that model first.',
    options,
  );
}

export function isMoved(error: unknown): boolean {
  return error instanceof BotError && error.code === 'model_mismatch';
}

/** Throws BotError `invalid_input` for a vector that cosine distance can't compare: wrong width, not finite, or all zeros. */
export function checkVector(vector: Float32Array, dimensions: number): void {
  const length = dot(vector, vector);
  if (vector.length === dimensions && Number.isFinite(length) && length > 0) return;
  throw new BotError(
    'invalid_input',
    `A vector of ${dimensions} finite numbers, not all zero, is needed; this one has ${vector.length}. Embed with the database's model.`,
  );
}

/** The dot product; of L2-normalised vectors, their cosine. */
export function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
