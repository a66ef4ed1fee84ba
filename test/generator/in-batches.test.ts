import { expect, it } from 'vitest';
import type { ImageRequest } from '../../src/generator/generator.ts';
import { generateInBatches } from '../../src/generator/in-batches.ts';

const limits = {
  maxCount: 2,
  minSide: 64,
  maxSide: 64,
  sideMultiple: 64,
  hasSeed: true,
  hasNegativePrompt: true,
  hasSource: false,
};
const request = { prompt: 'a', count: 5, seed: 0xffff_ffff, width: 64, height: 64 };

async function run(asked: ImageRequest) {
  const calls: [count: number, seed: number][] = [];
  const fractions: number[] = [];
  const result = await generateInBatches(
    {
      limits,
      async generate({ count, seed }, options) {
        calls.push([count, seed]);
        for (const fraction of [0, 0.5, 1]) options?.onProgress?.({ fraction });
        const image = { bytes: new Uint8Array(), mediaType: 'image/png', width: 64, height: 64 } as const;
        const images = Array.from({ length: count }, (_, index) => ({ ...image, seed: (seed + index) >>> 0 }));
        return { images, generator: 'g', model: `m${calls.length}`, notices: ['same', `call ${calls.length}`] };
      },
    },
    asked,
    { onProgress: ({ fraction }) => fractions.push(fraction) },
  );
  return { calls, fractions, result };
}

it('takes as many calls as the limit needs, with seeds and progress that go on', async () => {
  const { calls, fractions, result } = await run(request);
  expect(calls).toEqual([
    [2, 0xffff_ffff],
    [2, 1],
    [1, 3],
  ]);
  expect(result.images.map(({ seed }) => seed)).toEqual([0xffff_ffff, 0, 1, 2, 3]);
  expect(result.notices).toEqual(['same', 'call 1', 'call 2', 'call 3']);
  expect(result.model).toBe('m3');
  expect(fractions).toEqual(fractions.toSorted((one, other) => one - other));
  expect(fractions.at(-1)).toBe(1);
});

it('is one call within the limit', async () => {
  expect((await run({ ...request, count: 2, seed: 9 })).calls).toEqual([[2, 9]]);
});
