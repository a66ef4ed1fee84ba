import type { GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';

/**
 * A generator that makes up to `maxCount` pictures, by calling one that makes fewer as often as it takes, one call
 * after the other. Seeds go on counting from call to call. One that makes as many anyhow is returned as it is.
 */
export function makingUpTo(maxCount: number, generator: ImageGenerator): ImageGenerator {
  const most = generator.limits.maxCount;
  if (most >= maxCount) return generator;

  async function generate(request: ImageRequest, options: GenerateOptions = {}): Promise<GenerationResult> {
    // Whether a count is out of limits is for the last check to say.
    if (request.count <= most || request.count > maxCount) return generator.generate(request, options);
    const results: GenerationResult[] = [];
    for (let done = 0; done < request.count; done += most) {
      const count = Math.min(most, request.count - done);
      const onProgress = options.onProgress && shareOf(options.onProgress, { done, count, total: request.count });
      const seed = (request.seed + done) % 2 ** 32;
      results.push(await generator.generate({ ...request, count, seed }, { ...options, onProgress }));
    }
    return joined(results);
  }

  return { ...generator, limits: { ...generator.limits, maxCount }, generate };
}

function shareOf(
  report: NonNullable<GenerateOptions['onProgress']>,
  { done, count, total }: { done: number; count: number; total: number },
): GenerateOptions['onProgress'] {
  // What a server estimates is for its own call alone.
  return ({ etaSeconds: _, ...progress }) =>
    report({ ...progress, fraction: (done + progress.fraction * count) / total });
}

function joined(results: readonly GenerationResult[]): GenerationResult {
  const [{ generator, model } = { generator: '', model: '' }] = results;
  return {
    generator,
    model,
    images: results.flatMap(({ images }) => images),
    notices: [...new Set(results.flatMap(({ notices }) => notices))],
  };
}
