import type { GeneratorLimits } from './generator/generator.ts';

export const aspects = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16'] as const;
export type Aspect = (typeof aspects)[number];

// 768 x 768 and 1024 x 576 alike.
const usualPixels = 768 * 768;

/** Width and height in pixels for an aspect ratio: the usual area, within the generator's limits and multiples. */
export function sizeFor(aspect: Aspect, limits: GeneratorLimits): { width: number; height: number } {
  const [across = 1, down = 1] = aspect.split(':').map(Number);
  const unit = Math.sqrt(usualPixels / (across * down));
  return { width: clampSide(across * unit, limits), height: clampSide(down * unit, limits) };
}

function clampSide(side: number, { minSide, maxSide, sideMultiple }: GeneratorLimits): number {
  const rounded = Math.round(side / sideMultiple) * sideMultiple;
  return Math.min(
    Math.floor(maxSide / sideMultiple) * sideMultiple,
    Math.max(Math.ceil(minSide / sideMultiple) * sideMultiple, rounded),
  );
}
