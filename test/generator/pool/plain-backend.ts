import type { GeneratorLimits, ImageGenerator, ImageRequest } from '../../../src/generator/generator.ts';
import { fitSource } from '../../../src/generator/source.ts';
import { draw as drawn } from '../../fakes/draw.ts';

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

/** A backend that draws plain pictures, and fails as it is told. */
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

async function draw(
  { prompt, negativePrompt = '', width, height, seed, source, model = 'plain' }: ImageRequest,
  index: number,
) {
  const own = (seed + index) % 2 ** 32;
  const fitted = source && { ...source, bytes: await fitSource(source.bytes, { width, height }) };
  const bytes = await drawn({ prompt, negativePrompt, seed: own, width, height, model, source: fitted });
  return { bytes, mediaType: 'image/png' as const, width, height, seed: own };
}
