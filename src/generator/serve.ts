import { checkRequest } from './check-request.ts';
import type { GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';
import { withSmallerRetry } from './out-of-memory.ts';
import { neverFalling } from './progress.ts';

/**
 * What every backend's `generate` does around its server's work: checks the limits, keeps the progress rising to 1, and
 * makes the picture smaller once when `run` throws `OutOfMemory`.
 */
export async function serve(
  { name, limits }: Pick<ImageGenerator, 'name' | 'limits'>,
  request: ImageRequest,
  { signal, onProgress }: GenerateOptions,
  run: (request: ImageRequest, options: GenerateOptions) => Promise<GenerationResult>,
): Promise<GenerationResult> {
  signal?.throwIfAborted();
  checkRequest(name, limits, request);
  const options = { signal, onProgress: onProgress && neverFalling(onProgress) };
  const result = await withSmallerRetry(request, limits, (fitting) => run(fitting, options));
  options.onProgress?.({ fraction: 1 });
  signal?.throwIfAborted();
  return result;
}
