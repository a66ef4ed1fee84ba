/** Seeded uniform numbers, 0 to 1 (mulberry32): the same vectors in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed numbers by the Box-Muller transform. */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** A random direction. */
export function randomVector(seed: number, dimensions: number): Float32Array {
  const random = seededRandom(seed);
  return normalised(Float32Array.from({ length: dimensions }, () => gaussian(random)));
}

/** `vector` turned a little: cosine about 1 / sqrt(1 + noise²). */
export function turned(vector: Float32Array, seed: number, noise: number): Float32Array {
  const away = randomVector(seed, vector.length);
  return normalised(vector.map((value, index) => value + noise * (away[index] ?? 0)));
}

export function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}

/**
 * Endless vectors in clusters around random centres, as embeddings of prompts lie around their subjects:
 * two of one cluster have a cosine of about 0.6, of two clusters about 0.
 */
export function clusteredVectors(seed: number, dimensions: number, clusters = 200): () => Float32Array {
  const random = seededRandom(seed);
  const centres = Array.from({ length: clusters }, (_, index) => randomVector(seed + index + 1, dimensions));
  const spread = 0.8 / Math.sqrt(dimensions);
  return () => {
    const centre = centres[Math.floor(random() * clusters)] ?? new Float32Array(dimensions);
    return normalised(centre.map((value) => value + spread * gaussian(random)));
  };
}
