import sharp from 'sharp';
import type { GeneratorLimits, ImageGenerator, ImageRequest } from '../../../src/generator/generator.ts';

export const plainLimits: GeneratorLimits = {
  maxCount: 4,
  minSide: 64,
  maxSide: 512,
  sideMultiple: 8,
  hasSeed: true,
  hasNegativePrompt: true,
  hasSource: true,
};

export interface PlainBackend {
  generator: ImageGenerator;
  requests: ImageRequest[];
  /** What each request does before it succeeds: throws, waits. */
  before: (request: ImageRequest) => Promise<void> | void;
  /** What `models()` does. */
  answer: () => string[];
}

/** A backend that draws plain pictures, one colour a seed, and fails as it is told. */
export function plainBackend(
  limits: Partial<GeneratorLimits> = {},
  models: readonly string[] = ['plain'],
): PlainBackend {
  const requests: ImageRequest[] = [];
  const backend: PlainBackend = {
    requests,
    before: () => undefined,
    answer: () => [...models],
    generator: {
      name: 'plain',
      model: models[0] ?? 'plain',
      limits: { ...plainLimits, ...limits },
      models: async () => backend.answer(),
      async generate(request, options = {}) {
        requests.push(request);
        options.signal?.throwIfAborted();
        await backend.before(request);
        const images = await Promise.all(Array.from({ length: request.count }, (_, index) => draw(request, index)));
        options.onProgress?.({ fraction: 1 });
        options.signal?.throwIfAborted();
        return { images, generator: 'plain', model: request.model ?? models[0] ?? 'plain', notices: [] };
      },
    },
  };
  return backend;
}

async function draw({ width, height, seed }: ImageRequest, index: number) {
  const own = (seed + index) % 2 ** 32;
  const background = { r: own & 255, g: (own >> 8) & 255, b: (own >> 16) & 255 };
  const bytes = await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
  return { bytes, mediaType: 'image/png' as const, width, height, seed: own };
}
