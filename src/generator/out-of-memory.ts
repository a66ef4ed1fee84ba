import { GeneratorFault } from './fault.ts';
import type { GenerationResult, GeneratorLimits, ImageRequest, Size } from './generator.ts';

/** Thrown by a backend when its server had too little memory for a request; never leaves `withSmallerRetry`. */
export class OutOfMemory extends Error {}

// Half the area: what a picture takes grows with its area, or faster.
const shrink = Math.SQRT1_2;

/** True for what servers say when memory is short: PyTorch's CUDA, ROCm and MPS, ggml's allocators and C++'s. */
export function saysOutOfMemory(text: string): boolean {
  return /out ?of ?memory|OutOfMemory|not enough memory|bad_alloc|failed to allocate|alloc(?:ation)? .*failed/i.test(
    text,
  );
}

/**
 * Runs a request, and where the server lacks memory once more with half the area, which the result tells in a notice.
 * Throws GeneratorFault when that is still too much, or nothing smaller is within the limits.
 */
export async function withSmallerRetry(
  request: ImageRequest,
  limits: GeneratorLimits,
  run: (request: ImageRequest) => Promise<GenerationResult>,
): Promise<GenerationResult> {
  try {
    return await run(request);
  } catch (cause) {
    if (!(cause instanceof OutOfMemory)) throw cause;
    const size = smaller(request, limits);
    if (!size) throw stillTooMuch(cause);
    return retry({ ...request, ...size }, run);
  }
}

async function retry(
  request: ImageRequest,
  run: (request: ImageRequest) => Promise<GenerationResult>,
): Promise<GenerationResult> {
  const { width, height } = request;
  try {
    const made = await run(request);
    const notice = `Made smaller (${width} x ${height}): the server ran out of memory.`;
    return { ...made, notices: [notice, ...made.notices] };
  } catch (cause) {
    throw cause instanceof OutOfMemory ? stillTooMuch(cause) : cause;
  }
}

function stillTooMuch(cause: OutOfMemory): GeneratorFault {
  const what = 'The image server has too little memory for this picture.';
  return new GeneratorFault(`${what} Ask for a smaller one.`, {
    cause,
    forOperator: `${what} Free memory there, or choose a smaller model.`,
    madeNothing: true,
    isOfRequest: true,
  });
}

function smaller({ width, height }: Size, limits: GeneratorLimits): Size | undefined {
  if (limits.sizes) return nextSmaller(width * height, limits.sizes);
  const size = { width: shrunk(width, limits), height: shrunk(height, limits) };
  return size.width * size.height < width * height ? size : undefined;
}

function nextSmaller(area: number, sizes: readonly Size[]): Size | undefined {
  return sizes
    .filter((size) => size.width * size.height < area)
    .sort((one, other) => other.width * other.height - one.width * one.height)[0];
}

function shrunk(side: number, { minSide, sideMultiple }: GeneratorLimits): number {
  const rounded = Math.floor((side * shrink) / sideMultiple) * sideMultiple;
  return Math.min(side, Math.max(rounded, Math.ceil(minSide / sideMultiple) * sideMultiple));
}
