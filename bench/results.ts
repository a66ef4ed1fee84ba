import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { demoPrompts } from '../src/demo/prompts/index.ts';
import { createSketchGenerator } from '../src/generator/sketch.ts';
import { createDiskImageFiles } from '../src/images/disk.ts';
import { encodeResult } from '../src/images/encode.ts';
import { createThumbnails } from '../src/images/thumbnails.ts';

const amount = 24;
const side = 768;
const thumbnailSide = 384;

interface Cost {
  ms: number;
  bytes: number;
}

/**
 * What it costs to keep a picture: its bytes put on the disk as they come, encoded anew with its parameters and blurhash, and
 * the thumbnail that is made once. Medians over sketches of 768 x 768, as WebP and as the PNG that image servers send.
 */
export async function benchResults(): Promise<Record<string, string | number>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-results-'));
  try {
    const webp = await draw();
    const png = await Promise.all(webp.map((bytes) => sharp(bytes).png().toBuffer()));
    return { ...(await measure('WebP', webp, folder)), ...(await measure('PNG', png, folder)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(kind: string, pictures: readonly Uint8Array[], folder: string) {
  const files = createDiskImageFiles(path.join(folder, kind));
  const thumbnails = createThumbnails(files);
  const plain: Cost[] = [];
  const encoded: Cost[] = [];
  const small: Cost[] = [];
  for (const [seed, bytes] of pictures.entries()) {
    plain.push(await timed(() => files.put(bytes).then(() => bytes)));
    const parameters = { prompt: demoPrompts[seed] ?? '', seed, model: 'sketch', generator: 'sketch', generation: 'g' };
    let key = '';
    encoded.push(
      await timed(async () => {
        const result = await encodeResult(bytes, parameters);
        key = await files.put(result.bytes);
        return result.bytes;
      }),
    );
    small.push(await timed(() => thumbnails.of(key, thumbnailSide)));
  }
  const [put, result, thumbnail] = [median(plain), median(encoded), median(small)];
  return {
    [`${kind}: put as it comes, ms`]: round(put.ms),
    [`${kind}: encoded anew and put, ms`]: round(result.ms),
    [`${kind}: time, ratio`]: round(result.ms / put.ms),
    [`${kind}: as it comes, kB`]: round(put.bytes / 1000),
    [`${kind}: bytes, ratio`]: round(result.bytes / put.bytes),
    [`${kind}: thumbnail, once, ms`]: round(thumbnail.ms),
    [`${kind}: thumbnail, bytes, ratio`]: round(thumbnail.bytes / put.bytes),
  };
}

async function draw(): Promise<Uint8Array[]> {
  const generator = createSketchGenerator();
  const made: Uint8Array[] = [];
  for (const prompt of demoPrompts.slice(0, amount)) {
    const { images } = await generator.generate({ prompt, count: 1, seed: 1, width: side, height: side });
    made.push(...images.map(({ bytes }) => bytes));
  }
  return made;
}

async function timed(run: () => Promise<Uint8Array | undefined>): Promise<Cost> {
  const begun = performance.now();
  const bytes = await run();
  return { ms: performance.now() - begun, bytes: bytes?.length ?? 0 };
}

function median(costs: readonly Cost[]): Cost {
  const middle = (of: (cost: Cost) => number) => costs.map(of).toSorted((one, other) => one - other)[costs.length >> 1];
  return { ms: middle(({ ms }) => ms) ?? 0, bytes: middle(({ bytes }) => bytes) ?? 0 };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
