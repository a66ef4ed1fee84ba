import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspects, sizeFor } from '../../src/aspect.ts';

const limits = {
  maxCount: 4,
  minSide: 512,
  maxSide: 1024,
  sideMultiple: 64,
  hasSeed: true,
  hasNegativePrompt: true,
  hasSource: false,
};

describe('aspect ratios', () => {
  it.each([
    ['1:1', 768, 768],
    ['16:9', 1024, 576],
    ['9:16', 576, 1024],
    ['3:2', 960, 640],
  ] as const)('%s is %i x %i', (aspect, width, height) => {
    expect(sizeFor(aspect, limits)).toEqual({ width, height });
  });

  it('follows the size that the model likes best', () => {
    expect(sizeFor('1:1', { ...limits, maxSide: 1536, usualPixels: 1024 * 1024 })).toEqual({
      width: 1024,
      height: 1024,
    });
  });

  it('takes the size of the nearest shape where there is only a list', () => {
    const sizes = [
      { width: 1024, height: 1024 },
      { width: 1536, height: 1024 },
      { width: 1024, height: 1536 },
    ];
    expect(sizeFor('16:9', { ...limits, sizes })).toEqual({ width: 1536, height: 1024 });
    expect(sizeFor('3:4', { ...limits, sizes })).toEqual({ width: 1024, height: 1536 });
    expect(sizeFor('1:1', { ...limits, sizes })).toEqual({ width: 1024, height: 1024 });
  });

  it('stays within any generator limits and multiples', () => {
    const anyLimits = fc.record({
      minSide: fc.integer({ min: 64, max: 512 }),
      maxSide: fc.integer({ min: 1024, max: 2048 }),
      sideMultiple: fc.constantFrom(1, 8, 16, 32, 64),
    });
    fc.assert(
      fc.property(fc.constantFrom(...aspects), anyLimits, (aspect, given) => {
        const { width, height } = sizeFor(aspect, { ...limits, ...given });
        for (const side of [width, height]) {
          expect(side % given.sideMultiple).toBe(0);
          expect(side).toBeGreaterThanOrEqual(given.minSide);
          expect(side).toBeLessThanOrEqual(given.maxSide);
        }
      }),
    );
  });
});
