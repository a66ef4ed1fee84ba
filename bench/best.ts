import sharp from 'sharp';
import { demoPrompts } from '../src/demo/prompts/index.ts';
import { createClipEmbedder } from '../src/embedder/clip.ts';
import type { Embedding } from '../src/embedder/embedder.ts';
import { bundledModel } from '../src/embedder/open.ts';
import { readWeights } from '../src/embedder/weights.ts';
import { createSketchGenerator } from '../src/generator/sketch.ts';
import { rankByFit } from '../src/ranking.ts';
import { createCalibration } from '../src/similarity.ts';

const drawn = 80;
const choices = 4;
const none = { textToText: [], imageToImage: [], textToImage: { matching: [], unrelated: [] } };
const calibration = createCalibration(none);

interface Outcome {
  best: number;
  worst: number;
  /** What a person gets without a choice. */
  first: number;
}

/**
 * Whether best of four is better than any one: how often a sketch finds its own prompt among all demo prompts. The ranking
 * saw the pictures and their own prompts alone; the judge sees each picture mirrored, and all the other prompts. Both are
 * the bundled model, since no other is at hand without a network.
 */
export async function benchBest(): Promise<Record<string, string | number>> {
  const embedder = await createClipEmbedder({ model: 'bench', weights: await readWeights(bundledModel) });
  const generator = createSketchGenerator();
  const texts = await embedder.embedTexts(demoPrompts);
  const outcomes: Outcome[] = [];
  for (let index = 0; index < drawn; index += 1) {
    const own = Math.floor((index * demoPrompts.length) / drawn);
    const prompt = demoPrompts[own] ?? '';
    const request = { prompt, count: choices, seed: 7000 + index * choices, width: 512, height: 512 };
    const pictures = (await generator.generate(request)).images.map(({ bytes }) => bytes);
    const seen = await embedder.embedImages(pictures);
    const judged = await embedder.embedImages(await Promise.all(pictures.map(mirrored)));
    const { order } = rankByFit(texts[own] ?? new Float32Array(), seen, { calibration, isMeasurable: false });
    const placeOf = (picture = 0) => placeAmong(texts, own, judged[picture]);
    outcomes.push({ best: placeOf(order[0]), worst: placeOf(order.at(-1)), first: placeOf(0) });
  }
  await embedder.close();
  return {
    prompts: drawn,
    'among prompts': demoPrompts.length,
    ...recalls(outcomes, 'best'),
    ...recalls(outcomes, 'first'),
    ...recalls(outcomes, 'worst'),
  };
}

function mirrored(picture: Uint8Array): Promise<Uint8Array> {
  return sharp(picture).flop().png().toBuffer();
}

/** Where its own prompt comes among all, 1 the nearest. */
function placeAmong(texts: readonly Embedding[], own: number, picture: Embedding | undefined): number {
  const cosines = texts.map((text) => text.reduce((sum, value, at) => sum + value * (picture?.[at] ?? 0), 0));
  return 1 + cosines.filter((cosine) => cosine > (cosines[own] ?? 0)).length;
}

function recalls(outcomes: readonly Outcome[], which: keyof Outcome): Record<string, number> {
  return Object.fromEntries(
    [1, 5, 10].map((k) => {
      const found = outcomes.filter((outcome) => outcome[which] <= k).length;
      return [`${which} of ${choices}: R@${k}`, Math.round((100 * found) / outcomes.length) / 100];
    }),
  );
}
