import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import sharp from 'sharp';
import { createClipEmbedder } from '../src/embedder/clip.ts';
import type { Embedder } from '../src/embedder/embedder.ts';
import { bundledModel } from '../src/embedder/open.ts';
import { readWeights } from '../src/embedder/weights.ts';

const textCount = 256;
const pictureCount = 40;
const rounds = 5;

/** Figures of the bundled model: the event loop's delay under batches of 256 texts, texts and pictures a second, batched and one by one. */
export async function benchEmbedding(): Promise<Record<string, string | number>> {
  const embedder = await createClipEmbedder({ model: 'bench', weights: await readWeights(bundledModel) });
  try {
    const texts = Array.from({ length: textCount }, (_, index) => promptOf(index));
    await embedder.embedTexts(texts);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const batched = await rate(textCount * rounds, async () => {
      for (let round = 0; round < rounds; round += 1) await embedder.embedTexts(texts);
    });
    delay.disable();
    const single = await rate(textCount, async () => {
      for (const text of texts) await embedder.embedTexts([text]);
    });
    return {
      'event loop delay p99 under 256 texts, ms': round1(delay.percentile(99) / 1e6),
      'event loop delay at most, ms': round1(delay.max / 1e6),
      'texts a second, batched': Math.round(batched),
      'texts a second, one by one': Math.round(single),
      'batched to one by one': round1(batched / single),
      'pictures of 512 x 512 a second': Math.round(await pictureRate(embedder)),
    };
  } finally {
    await embedder.close();
  }
}

async function pictureRate(embedder: Embedder): Promise<number> {
  const pictures = await Promise.all(Array.from({ length: pictureCount }, (_, index) => picture(index)));
  await embedder.embedImages(pictures.slice(0, 1));
  return rate(pictureCount, () => embedder.embedImages(pictures));
}

/** Items a second. */
async function rate(count: number, run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (1000 * count) / (performance.now() - started);
}

/** Prompts of 3 to 62 words, as long as people write them. */
function promptOf(index: number): string {
  const words = 'a red apple cat sleeping on the sofa, oil painting, highly detailed mountain river at sunset'.split(
    ' ',
  );
  return Array.from(
    { length: 3 + ((index * 7) % 60) },
    (_, place) => words[(index * 31 + place * 17) % words.length],
  ).join(' ');
}

function picture(index: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 100 + index, sigma: 30 } as const;
  return sharp({ create: { width: 512, height: 512, channels: 3, background: '#888', noise } })
    .webp()
    .toBuffer();
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
