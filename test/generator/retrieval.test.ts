import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoPrompts } from '../../src/demo/prompts/index.ts';
import type { Embedder, Embedding } from '../../src/embedder/embedder.ts';
import { openEmbedder } from '../../src/embedder/open.ts';
import { createSketchGenerator } from '../../src/generator/sketch.ts';
import { temporaryFolder } from '../embedder/weights-fixtures.ts';
import { openStudio } from './studio.ts';

// The seeds are fixed and the model is the real one, so the figures are the same on every run; the bounds leave room for other builds of libvips.
const amount = 100;

let embedder: Embedder;
let ranks: number[];

/** Where each prompt's own picture comes among the pictures of all, 1 the first. */
function ranksOf(texts: readonly Embedding[], pictures: readonly Embedding[]): number[] {
  const cosine = (one: Embedding, other: Embedding) =>
    one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
  return texts.map((text, own) => {
    const cosines = pictures.map((picture) => cosine(text, picture));
    return 1 + cosines.filter((value) => value > (cosines[own] ?? 0)).length;
  });
}

function recallAt(k: number): number {
  return ranks.filter((rank) => rank <= k).length / ranks.length;
}

beforeAll(async () => {
  const { read } = await openStudio();
  const prompts = demoPrompts.filter((prompt) => read(prompt).subjects.length > 0).slice(0, amount);
  ({ embedder } = await openEmbedder({
    clipModel: 'tiny',
    storedModel: undefined,
    hubUrl: 'http://127.0.0.1:9',
    dataDir: temporaryFolder(),
    log: pino({ level: 'silent' }),
  }));
  const generator = createSketchGenerator();
  const pictures: Uint8Array[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const { images } = await generator.generate({ prompt, count: 1, seed: 1000 + index, width: 512, height: 512 });
    pictures.push(...images.map(({ bytes }) => bytes));
  }
  ranks = ranksOf(await embedder.embedTexts(prompts), await embedder.embedImages(pictures));
});
afterAll(() => embedder.close());

describe('the bundled model, among 100 demo prompts that name a subject', () => {
  test('finds a prompt’s own picture first, in the top 3 and in the top 10 far above chance', () => {
    console.info(`text -> sketch: R@1 ${recallAt(1)}, R@3 ${recallAt(3)}, R@10 ${recallAt(10)} of ${ranks.length}`);
    expect(ranks).toHaveLength(amount);
    expect(recallAt(1)).toBeGreaterThanOrEqual(0.2);
    expect(recallAt(3)).toBeGreaterThanOrEqual(0.42);
    expect(recallAt(10)).toBeGreaterThanOrEqual(0.66);
  });
});
