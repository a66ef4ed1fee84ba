import sharp from 'sharp';
import { demoPrompts } from '../src/demo/prompts/index.ts';
import { createClipEmbedder } from '../src/embedder/clip.ts';
import type { Embedding } from '../src/embedder/embedder.ts';
import { bundledModel } from '../src/embedder/open.ts';
import { readWeights } from '../src/embedder/weights.ts';
import { createSketchGenerator } from '../src/generator/sketch.ts';
import { rankByFit } from '../src/ranking.ts';
import { createCalibration } from '../src/similarity.ts';

const drawn = 150;
const choices = 4;
const none = { textToText: [], imageToImage: [], textToImage: { matching: [], unrelated: [] } };
const calibration = createCalibration(none);

/** Where the own prompt came for each of the pictures, best ranked first. */
type Places = readonly number[];

/**
 * Whether best of four is better than any one: how often a sketch finds its own prompt among all demo prompts. The ranking
 * saw the pictures and their own prompts alone; the judge sees each picture mirrored, and all the other prompts. Both are
 * the bundled model, since no other is at hand without a network.
 */
export async function benchBest(): Promise<Record<string, string | number>> {
  const embedder = await createClipEmbedder({ model: 'bench', weights: await readWeights(bundledModel) });
  const generator = createSketchGenerator();
  const texts = await embedder.embedTexts(demoPrompts);
  const outcomes: Places[] = [];
  for (let index = 0; index < drawn; index += 1) {
    const own = Math.floor((index * demoPrompts.length) / drawn);
    const prompt = demoPrompts[own] ?? '';
    const request = { prompt, count: choices, seed: 7000 + index * choices, width: 512, height: 512 };
    const pictures = (await generator.generate(request)).images.map(({ bytes }) => bytes);
    const seen = await embedder.embedImages(pictures);
    const judged = await embedder.embedImages(await Promise.all(pictures.map(mirrored)));
    const { order } = rankByFit(texts[own] ?? new Float32Array(), seen, { calibration, isMeasurable: false });
    outcomes.push(order.map((picture) => placeAmong(texts, own, judged[picture])));
  }
  await embedder.close();
  return {
    prompts: drawn,
    'among prompts': demoPrompts.length,
    ...recalls(
      'the best',
      outcomes.map((places) => places.slice(0, 1)),
    ),
    // What a person gets without a choice.
    ...recalls('any', outcomes),
    ...recalls(
      'the worst',
      outcomes.map((places) => places.slice(-1)),
    ),
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

/** The share of pictures whose own prompt came among the first k. */
function recalls(which: string, outcomes: readonly Places[]): Record<string, number> {
  const places = outcomes.flat();
  return Object.fromEntries(
    [1, 5, 10].map((k) => {
      const found = places.filter((place) => place <= k).length;
      return [`${which} of ${choices}: R@${k}`, Math.round((1000 * found) / places.length) / 1000];
    }),
  );
}
