import type { CosineSample } from './store/store.ts';

/** Turns the cosines of one model into what people see: 0 (nothing in common) to 1. Each map is continuous and never falls. */
export interface Calibration {
  /** Two prompts; the same prompt is 1. */
  promptToPrompt(cosine: number): number;
  /** A prompt and a picture; a picture of its own prompt is typically 0.85, since no picture reaches a cosine of 1 with its prompt. */
  textToImage(cosine: number): number;
  /** Two pictures; the same picture is 1. */
  imageToImage(cosine: number): number;
  /** True when the sample shows that prompts are nearer to their own pictures than to nearly all others: else `textToImage` can order, but not measure. */
  tellsPictures: boolean;
}

/** A cosine and what people see for it. */
type Point = readonly [cosine: number, similarity: number];

/** With fewer cosines than this, the quantiles of a sample say little, and the prior has a share in them. */
const enough = 20;

/** Cosines between those of CLIP ViT-B/32 and of tiny-clip, for a database that is still nearly empty. */
const prior = {
  textToText: { median: 0.45, high: 0.7 },
  textToImage: { median: 0.16, high: 0.3, matching: 0.4 },
  imageToImage: { median: 0.5, high: 0.75 },
};

const shown = { unrelatedMedian: 0.05, unrelatedHigh: 0.2, matchingMedian: 0.85 };

/**
 * A calibration from cosines of the model's own corpus: the median of unrelated pairs is shown as 0.05, their 95th percentile as 0.2,
 * the median of prompts and their own pictures as 0.85 (it can't be told from less than the 95th percentile of unrelated ones, so it never lies below),
 * and 1 as 1; straight lines between. No cosine is comparable between models or kinds, so there is nothing fixed but what is shown.
 */
export function createCalibration(sample: CosineSample): Calibration {
  const { matching, unrelated } = sample.textToImage;
  const textToText = unrelatedPoints(sample.textToText, prior.textToText);
  const imageToImage = unrelatedPoints(sample.imageToImage, prior.imageToImage);
  const textToImage: Point[] = [
    ...unrelatedPoints(unrelated, prior.textToImage),
    [estimate(matching, 0.5, prior.textToImage.matching), shown.matchingMedian],
  ];
  return {
    promptToPrompt: interpolation(textToText),
    textToImage: interpolation(textToImage),
    imageToImage: interpolation(imageToImage),
    tellsPictures: tellsApart(matching, unrelated),
  };
}

function tellsApart(matching: readonly number[], unrelated: readonly number[]): boolean {
  const areEnough = Math.min(matching.length, unrelated.length) >= enough;
  return areEnough && estimate(matching, 0.5, -1) > estimate(unrelated, 0.95, 1);
}

function unrelatedPoints(cosines: readonly number[], expected: { median: number; high: number }): Point[] {
  return [
    [estimate(cosines, 0.5, expected.median), shown.unrelatedMedian],
    [estimate(cosines, 0.95, expected.high), shown.unrelatedHigh],
  ];
}

/** A quantile, drawn towards the prior while there are few values. */
function estimate(cosines: readonly number[], portion: number, expected: number): number {
  const sorted = cosines.filter((cosine) => Number.isFinite(cosine)).sort((a, b) => a - b);
  const value = sorted[Math.floor(portion * (sorted.length - 1))] ?? expected;
  const weight = Math.min(1, sorted.length / enough);
  return weight * value + (1 - weight) * expected;
}

/** Cosines of neighbouring points lie at least this far apart, so that a corpus of copies still gives a map. */
const leastStep = 0.005;

/** Straight lines through the points, from -1 as 0 to 1 as 1. A cosine that is no number is 0. */
function interpolation(points: readonly Point[]): (cosine: number) => number {
  const all: Point[] = [[-1, 0], ...spread(points), [1, 1]];
  return (cosine) => {
    if (Number.isNaN(cosine)) return 0;
    const bounded = Math.min(1, Math.max(-1, cosine));
    const above = Math.max(
      1,
      all.findIndex(([at]) => at >= bounded),
    );
    const [lowCosine, low] = all[above - 1] ?? [-1, 0];
    const [highCosine, high] = all[above] ?? [1, 1];
    return Math.min(1, low + ((high - low) * (bounded - lowCosine)) / (highCosine - lowCosine));
  };
}

/** The points in rising order, with room between them and below 1. */
function spread(points: readonly Point[]): Point[] {
  let least = -1;
  return points.map(([cosine, similarity], index) => {
    const most = 1 - leastStep * (points.length - index);
    least = Math.min(most, Math.max(cosine, least + leastStep));
    return [least, similarity];
  });
}
