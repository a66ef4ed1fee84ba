import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { GeneratorLimits, ImageGenerator, ImageRequest, Sampling } from '../../src/generator/generator.ts';

export interface PlainSettings extends Partial<Pick<ImageGenerator, 'generate' | 'models'>> {
  limits?: Partial<GeneratorLimits>;
  sampling?: Sampling;
  /** What it shows half-way. */
  preview?: Uint8Array;
  /** Hears of every call. */
  onDraw?(request: ImageRequest): void;
}

/** Draws one plain colour a seed. */
export function createPlainGenerator({
  generate,
  models,
  limits,
  sampling,
  preview,
  onDraw,
}: PlainSettings): ImageGenerator {
  return {
    name: 'plain',
    model: 'plain',
    limits: {
      maxCount: 4,
      minSide: 64,
      maxSide: 1024,
      sideMultiple: 64,
      hasSeed: true,
      hasNegativePrompt: false,
      hasSource: false,
      ...limits,
    },
    models: models ?? (async () => ['plain']),
    generate:
      generate ??
      (async (request, options) => {
        onDraw?.(request);
        options?.onProgress?.({ fraction: 0.5, preview });
        const { count, seed, width, height, model = 'plain' } = request;
        return {
          generator: 'plain',
          model,
          notices: [],
          images: await Promise.all(
            Array.from({ length: count }, async (_, index) => {
              // Noise of its own in every picture: seeds that differ must never give the same bytes.
              const noise = createHash('sha512')
                .update(String(seed + index))
                .digest();
              const [r = 0, g = 0, b = 0] = noise;
              const plain = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
              const mark = await sharp(noise.subarray(0, 48), { raw: { width: 4, height: 4, channels: 3 } })
                .png()
                .toBuffer();
              const bytes = await plain
                .composite([{ input: mark }])
                .png()
                .toBuffer();
              return { bytes, mediaType: 'image/png' as const, width, height, seed: seed + index, sampling };
            }),
          ),
        };
      }),
  };
}
