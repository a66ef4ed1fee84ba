import { BotError } from '../errors.ts';

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
