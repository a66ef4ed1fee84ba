import type { GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';

/** As many pictures as asked for, in as many calls as the backend's limit takes; the seeds go on from one to the next. */
export async function generateInBatches(
  generator: Pick<ImageGenerator, 'generate' | 'limits'>,
  request: ImageRequest,
  options: GenerateOptions,
): Promise<GenerationResult> {
  const results: GenerationResult[] = [];
  for (let made = 0; made < request.count; made += generator.limits.maxCount) {
    const count = Math.min(generator.limits.maxCount, request.count - made);
    const seed = (request.seed + made) >>> 0;
    const isAll = count === request.count;
    results.push(
      await generator.generate(
        { ...request, count, seed },
        isAll ? options : { ...options, onProgress: (progress) => options.onProgress?.(partOf(progress)) },
      ),
    );

    function partOf({ fraction, preview }: Parameters<NonNullable<GenerateOptions['onProgress']>>[0]) {
      return { fraction: (made + fraction * count) / request.count, preview };
    }
  }
  return merge(results);
}

/** What made the last is what is told; several backends may have shared the work. */
function merge(results: readonly GenerationResult[]): GenerationResult {
  const { generator = '', model = '' } = results.at(-1) ?? {};
  return {
    images: results.flatMap(({ images }) => images),
    generator,
    model,
    notices: [...new Set(results.flatMap(({ notices }) => notices))],
  };
}
