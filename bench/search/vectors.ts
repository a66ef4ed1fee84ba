import { open } from 'node:fs/promises';
import { gaussian, seededRandom } from '../../test/store/vectors.ts';

export const dimensions = 512;

// Squared shares of a vector: what all prompts have in common, its topic, its subject, and what is its own:
// the ways in which prompts of its topic vary (style, light, place), and a rest.
const shares = { common: 0.45, topic: 0.25, subject: 0.2, variation: 0.08, rest: 0.02 };
const rowsOfTopic = 5_000;
const waysOfTopic = 16;
const rowsOfSubject = 50;
const bytesOfVector = 4 * dimensions;
const writtenAtOnce = 4_096;
// A power of two, so that every odd stride visits the whole pool.
const poolSize = 2 ** 22;

interface Topic {
  direction: Float32Array;
  ways: readonly Float32Array[];
}

/**
 * Endless synthetic vectors that lie as CLIP's text embeddings of prompts do: in a narrow cone (two unrelated ones have
 * a cosine of about 0.45), in topics (0.70), and in those in subjects that people vary again and again (0.90), some of them
 * much more often than others, in a few ways. The number of topics and subjects grows with the rows. Seeded: the same in every
 * run; another `stream` gives others of the same subjects.
 */
export function promptLikeVectors(rows: number, stream: number): () => Float32Array {
  const directions = createDirections();
  const random = seededRandom(stream);
  const common = directions(seededRandom(1));
  const ways = many(Math.ceil(rows / rowsOfTopic) * waysOfTopic, 4, directions);
  const topics = many(Math.ceil(rows / rowsOfTopic), 2, directions).map((direction, index): Topic => {
    return { direction, ways: ways.slice(index * waysOfTopic, (index + 1) * waysOfTopic) };
  });
  const subjects = many(Math.ceil(rows / rowsOfSubject), 3, directions);
  return () => {
    // The square: a tenth of the subjects has a third of the rows.
    const subject = Math.floor(random() ** 2 * subjects.length);
    const topic = topics[subject % topics.length] ?? { direction: common, ways: [] };
    return sumOf([
      [common, shares.common],
      [topic.direction, shares.topic],
      [subjects[subject] ?? common, shares.subject],
      ...topic.ways.map((way): Part => [way, shares.variation / topic.ways.length, gaussian(random)]),
      [directions(random), shares.rest],
    ]);
  };
}

type Part = readonly [direction: Float32Array, share: number, times?: number];

type Directions = (random: () => number) => Float32Array;

/** Random directions, read from one pool of normally distributed numbers at a random place and stride: a hundred times faster than drawing each. */
function createDirections(): Directions {
  const random = seededRandom(0);
  const pool = Float32Array.from({ length: poolSize }, () => gaussian(random) / Math.sqrt(dimensions));
  return (next) => {
    const direction = new Float32Array(dimensions);
    const stride = 2 * Math.floor(next() * 65_536) + 1;
    let place = Math.floor(next() * poolSize);
    for (let index = 0; index < dimensions; index++) {
      direction[index] = pool[place] ?? 0;
      place = (place + stride) % poolSize;
    }
    return direction;
  };
}

function many(count: number, seed: number, directions: Directions): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: Math.max(1, count) }, () => directions(random));
}

function sumOf(parts: readonly Part[]): Float32Array {
  const sum = new Float32Array(dimensions);
  for (const [direction, share, times = 1] of parts) {
    const weight = Math.sqrt(share) * times;
    for (let index = 0; index < dimensions; index++) sum[index] = (sum[index] ?? 0) + weight * (direction[index] ?? 0);
  }
  let squares = 0;
  for (const value of sum) squares += value * value;
  const length = Math.sqrt(squares);
  for (let index = 0; index < dimensions; index++) sum[index] = (sum[index] ?? 0) / length;
  return sum;
}

/** Writes vectors one after another, little-endian floats: every system reads the same file. */
export async function writeVectors(file: string, count: number, next: () => Float32Array): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (let start = 0; start < count; start += writtenAtOnce) {
      const block = new Float32Array(Math.min(writtenAtOnce, count - start) * dimensions);
      for (let offset = 0; offset < block.length; offset += dimensions) block.set(next(), offset);
      await handle.writeFile(Buffer.from(block.buffer));
    }
  } finally {
    await handle.close();
  }
}

export interface VectorBlock {
  /** Row number of the first vector. */
  start: number;
  count: number;
  /** `count` vectors one after another. */
  values: Float32Array;
}

/** Reads such a file in blocks of so many vectors. */
export async function* readVectors(file: string, blockSize: number): AsyncGenerator<VectorBlock> {
  const handle = await open(file, 'r');
  try {
    for (let start = 0; ; ) {
      const buffer = new ArrayBuffer(blockSize * bytesOfVector);
      const { bytesRead } = await handle.read(Buffer.from(buffer), 0, buffer.byteLength, start * bytesOfVector);
      const count = Math.floor(bytesRead / bytesOfVector);
      if (count === 0) return;
      yield { start, count, values: new Float32Array(buffer, 0, count * dimensions) };
      start += count;
    }
  } finally {
    await handle.close();
  }
}

/** The vectors of a block, one by one. */
export function* vectorsOf({ count, values }: VectorBlock): Generator<Float32Array> {
  for (let index = 0; index < count; index++) yield values.subarray(index * dimensions, (index + 1) * dimensions);
}
