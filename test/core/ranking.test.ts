import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFitMeasurable, rankByFit } from '../../src/ranking.ts';
import { createCalibration } from '../../src/similarity.ts';

const spread = (middle: number) => Array.from({ length: 50 }, (_, index) => middle + (index - 25) / 1000);
const sampleOf = (matching: number[], unrelated: number[]) => ({
  textToText: [],
  imageToImage: [],
  textToImage: { matching, unrelated },
});
const telling = createCalibration(sampleOf(spread(0.5), spread(0.1)));
const prompt = Float32Array.of(1, 0);
const at = (cosine: number) => Float32Array.of(cosine, Math.sqrt(1 - cosine ** 2));

describe('a ranking', () => {
  it('puts the picture nearest to the prompt first, with what is shown for its cosine', () => {
    const { order, fits } = rankByFit(prompt, [0.1, 0.5, 0.3].map(at), { calibration: telling, isMeasurable: true });
    expect(order).toEqual([1, 2, 0]);
    expect(fits?.[0]).toBeCloseTo(0.85, 2);
    expect(fits?.[2]).toBeCloseTo(0.05, 1);
  });

  it('orders alone where nothing can be measured, and leaves equal ones in their order', () => {
    const { order, fits } = rankByFit(prompt, [0.3, 0.3, 0.4].map(at), { calibration: telling, isMeasurable: false });
    expect([order, fits]).toEqual([[2, 0, 1], undefined]);
  });

  it('holds every picture once, with fits that never rise', () => {
    const cosines = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(cosines, (all) => {
        const { order, fits = [] } = rankByFit(prompt, all.map(at), { calibration: telling, isMeasurable: true });
        expect(order.toSorted()).toEqual(all.map((_, index) => index));
        expect(fits.every((fit, index) => index === 0 || fit <= (fits[index - 1] ?? 0))).toBe(true);
      }),
    );
  });
});

describe('a fit is told', () => {
  const model = 'Xenova/clip-vit-base-patch32@0';

  it('where the collection shows that prompts are nearest to their own pictures', () => {
    expect(isFitMeasurable(telling, model)).toBe(true);
    expect(isFitMeasurable(createCalibration(sampleOf(spread(0.2), spread(0.2))), model)).toBe(false);
    expect(isFitMeasurable(createCalibration(sampleOf([], [])), model)).toBe(false);
    expect(isFitMeasurable(createCalibration(sampleOf([0.6, 0.7], [0.1, 0.1])), model)).toBe(false);
  });

  it('but never by the small bundled model', () => {
    expect(isFitMeasurable(telling, 'tiny-clip@abc')).toBe(false);
  });
});
