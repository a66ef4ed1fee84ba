import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSizeWithin } from '../../src/aspect.ts';
import type { GenerationResult, GeneratorLimits, ImageRequest } from '../../src/generator/generator.ts';
import { OutOfMemory, saysOutOfMemory, withSmallerRetry } from '../../src/generator/out-of-memory.ts';

const limits: GeneratorLimits = {
  ...{ maxCount: 4, minSide: 256, maxSide: 2048, sideMultiple: 64 },
  ...{ hasSeed: true, hasNegativePrompt: true, hasSource: true },
};
const made: GenerationResult = { images: [], generator: 'none', model: 'none', notices: ['A word of the server.'] };

function requestOf(width: number, height: number): ImageRequest {
  return { prompt: 'a cat', count: 1, seed: 1, width, height };
}

/** A server with memory for so many pixels; keeps what it was asked. */
function serverWith(memory: number) {
  const asked: ImageRequest[] = [];
  const run = async (request: ImageRequest) => {
    asked.push(request);
    if (request.width * request.height > memory) throw new OutOfMemory('short');
    return made;
  };
  return { asked, run };
}

const side = fc.integer({ min: 4, max: 32 }).map((multiple) => multiple * 64);

describe('a server that runs out of memory', () => {
  test('is asked once more, for about half the area within the limits, and never a third time', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, async (width, height) => {
        const { asked, run } = serverWith(0);
        await expect(withSmallerRetry(requestOf(width, height), limits, run)).rejects.toMatchObject({
          code: 'generator_failed',
          message: expect.stringMatching(/too little memory/),
        });
        expect(asked.length).toBe(width === 256 && height === 256 ? 1 : 2);
        for (const again of asked.slice(1)) {
          expect(isSizeWithin(again, limits)).toBe(true);
          expect(again.width * again.height).toBeLessThan(width * height);
          expect(Math.abs(Math.log(again.width / again.height / (width / height)))).toBeLessThan(1.1);
        }
      }),
    );
  });

  test('says so, before what the server said', async () => {
    const { run } = serverWith(1024 * 1024);
    const result = await withSmallerRetry(requestOf(1280, 1024), limits, run);
    expect(result.notices).toEqual(['Made smaller (896 x 704): the server ran out of memory.', ...made.notices]);
  });

  test('takes the next smaller of a list of sizes', async () => {
    const sizes = [512, 1024, 768].map((length) => ({ width: length, height: length }));
    const { asked, run } = serverWith(768 * 768);
    await withSmallerRetry(requestOf(1024, 1024), { ...limits, sizes }, run);
    expect(asked.map(({ width }) => width)).toEqual([1024, 768]);
  });

  test('is left alone at any other failure', async () => {
    let calls = 0;
    const run = async () => {
      calls += 1;
      throw new TypeError('a fault');
    };
    await expect(withSmallerRetry(requestOf(512, 512), limits, run)).rejects.toThrow(TypeError);
    expect(calls).toBe(1);
  });

  test.each([
    'OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB',
    'torch.OutOfMemoryError: HIP out of memory',
    'MPS backend out of memory (MPS allocated: 5.00 GB)',
    'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 3328.00 MiB on device 0: cudaMalloc failed: out of memory',
    'std::bad_alloc',
    'failed to allocate the compute buffer',
  ])('says it as %j', (text) => {
    expect(saysOutOfMemory(text)).toBe(true);
  });

  test.each(['mat1 and mat2 shapes cannot be multiplied', 'invalid generation parameters', ''])(
    'does not say it as %j',
    (text) => {
      expect(saysOutOfMemory(text)).toBe(false);
    },
  );
});
