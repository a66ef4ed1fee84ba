import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calibration, createCalibration } from '../../src/similarity.ts';
import type { CosineSample } from '../../src/store/store.ts';

const maps = ['promptToPrompt', 'textToImage', 'imageToImage'] as const;

const cosine = fc.double({ min: -1, max: 1, noNaN: true });

const anySample: fc.Arbitrary<CosineSample> = fc.record({
  textToText: fc.array(cosine, { maxLength: 60 }),
  textToImage: fc.record({
    matching: fc.array(cosine, { maxLength: 60 }),
    unrelated: fc.array(cosine, { maxLength: 60 }),
  }),
  imageToImage: fc.array(cosine, { maxLength: 60 }),
});

const empty: CosineSample = { textToText: [], textToImage: { matching: [], unrelated: [] }, imageToImage: [] };

/** `count` cosines around a centre, as far apart as the 5th and 95th percentile say. */
function around(low: number, median: number, high: number, count = 200): number[] {
  return Array.from({ length: count }, (_, index) => {
    const place = index / (count - 1);
    return place < 0.5
      ? median - ((median - low) * (0.5 - place)) / 0.45
      : median + ((high - median) * (place - 0.5)) / 0.45;
  });
}

/** The ranges that the bundled model's README measured. */
const tiny: CosineSample = {
  textToText: around(-0.12, 0.14, 0.44),
  textToImage: { matching: around(0.41, 0.57, 0.67), unrelated: around(-0.07, 0.13, 0.36) },
  imageToImage: around(0.09, 0.36, 0.59),
};

/** Ranges of the kind that CLIP ViT-B/32 has: all texts alike, all pictures alike, and the two far apart. */
const vitB32: CosineSample = {
  textToText: around(0.5, 0.64, 0.8),
  textToImage: { matching: around(0.25, 0.31, 0.36), unrelated: around(0.1, 0.16, 0.22) },
  imageToImage: around(0.35, 0.5, 0.68),
};

describe('the calibrated similarity', () => {
  it('never falls as the cosine rises, and stays between 0 and 1, for any sample', () => {
    fc.assert(
      fc.property(anySample, cosine, cosine, (sample, a, b) => {
        const calibration = createCalibration(sample);
        for (const map of maps) {
          const [low, high] = [Math.min(a, b), Math.max(a, b)].map(calibration[map]);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(high).toBeGreaterThanOrEqual(low ?? Number.NaN);
        }
      }),
    );
  });

  it('is 1 for what is identical, 0 for opposites, and bears cosines that rounding or a fault spoiled', () => {
    fc.assert(
      fc.property(anySample, (sample) => {
        const calibration = createCalibration(sample);
        for (const map of maps) {
          expect([1, 1.0000001, -1, -1.1, Number.NaN].map(calibration[map])).toEqual([1, 1, 0, 0, 0]);
        }
      }),
    );
  });

  it('tells cosines apart over the whole range', () => {
    fc.assert(
      fc.property(anySample, fc.double({ min: -1, max: 0.99, noNaN: true }), (sample, low) => {
        const calibration = createCalibration(sample);
        for (const map of maps) expect(calibration[map](low + 0.01)).toBeGreaterThan(calibration[map](low));
      }),
    );
  });

  it.each([
    ['the bundled model', tiny],
    ['CLIP ViT-B/32', vitB32],
  ])('means the same with %s', (_, sample) => {
    const calibration = createCalibration(sample);
    const typical = (cosines: readonly number[]) => cosines[Math.floor(cosines.length / 2)] ?? Number.NaN;
    for (const similarity of [
      calibration.promptToPrompt(typical(sample.textToText)),
      calibration.imageToImage(typical(sample.imageToImage)),
      calibration.textToImage(typical(sample.textToImage.unrelated)),
    ]) {
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(similarity).toBeLessThan(0.1);
    }
    expect(calibration.textToImage(typical(sample.textToImage.matching))).toBeGreaterThanOrEqual(0.8);
    expect(calibration.promptToPrompt(0.91)).toBeGreaterThan(0.6);
  });

  it('does not call a picture alike that lies within the unrelated ones, where the model knows no better', () => {
    const blind: CosineSample = {
      ...tiny,
      textToImage: { matching: around(-0.1, 0.1, 0.3), unrelated: around(-0.1, 0.1, 0.3) },
    };
    const calibration = createCalibration(blind);
    expect(calibration.textToImage(0.1)).toBeLessThan(0.1);
    expect(calibration.textToImage(0.29)).toBeLessThanOrEqual(0.2);
    expect(calibration.textToImage(0.31)).toBeGreaterThan(0.8);
  });

  it('has something sensible to say without a corpus, and moves to the corpus as it grows', () => {
    const without = createCalibration(empty);
    expect(without.promptToPrompt(0.2)).toBeLessThan(0.1);
    expect(without.promptToPrompt(0.95)).toBeGreaterThan(0.8);
    expect(without.textToImage(0.1)).toBeLessThan(0.1);
    expect(without.textToImage(0.57)).toBeGreaterThan(0.8);
    const seenAt = (count: number): number => fewPairs(count).promptToPrompt(0.14);
    expect(seenAt(0)).toBeLessThan(seenAt(10));
    expect(seenAt(10)).toBeLessThan(seenAt(20));
    expect(seenAt(20)).toBeLessThan(0.06);
  });

  it('ignores numbers in the sample that are none', () => {
    const spoiled = { ...tiny, textToText: [...tiny.textToText, Number.NaN, Number.POSITIVE_INFINITY] };
    expect(createCalibration(spoiled).promptToPrompt(0.5)).toBe(createCalibration(tiny).promptToPrompt(0.5));
  });
});

function fewPairs(count: number): Calibration {
  return createCalibration({ ...tiny, textToText: around(-0.12, 0.14, 0.44, Math.max(2, count)).slice(0, count) });
}
