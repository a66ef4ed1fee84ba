import type { GeneratorLimits, Size } from './generator/generator.ts';

export const aspects = ['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16'] as const;
export type Aspect = (typeof aspects)[number];

// 768 x 768 and 1024 x 576 alike.
const usualPixels = 768 * 768;
const square: Size = { width: 1024, height: 1024 };

/** Width and height in pixels for an aspect ratio: the area the model likes, within the generator's limits and multiples. */
export function sizeFor(aspect: Aspect, limits: GeneratorLimits): Size {
  const [across = 1, down = 1] = aspect.split(':').map(Number);
  return sizeOfShape(across / down, limits);
}

/** The same size where the generator makes it, else one of about the same shape that it does make. */
export function fitSize(size: Size, limits: GeneratorLimits): Size {
  return isSizeWithin(size, limits) ? size : sizeOfShape(size.width / size.height, limits);
}

/** True for a size that the generator makes as it is. */
export function isSizeWithin(
  { width, height }: Size,
  { sizes, minSide, maxSide, sideMultiple }: GeneratorLimits,
): boolean {
  if (sizes) return sizes.some((known) => known.width === width && known.height === height);
  return [width, height].every((side) => side >= minSide && side <= maxSide && side % sideMultiple === 0);
}

function sizeOfShape(ratio: number, limits: GeneratorLimits): Size {
  if (limits.sizes) return nearestShape(ratio, limits.sizes);
  const height = Math.sqrt((limits.usualPixels ?? usualPixels) / ratio);
  return { width: clampSide(height * ratio, limits), height: clampSide(height, limits) };
}

/** The size whose ratio is nearest, by factors: twice as wide is as far as half as wide. */
function nearestShape(ratio: number, sizes: readonly Size[]): Size {
  const distance = ({ width, height }: Size) => Math.abs(Math.log(width / height / ratio));
  return sizes.reduce((best, size) => (distance(size) < distance(best) ? size : best), sizes[0] ?? square);
}

function clampSide(side: number, { minSide, maxSide, sideMultiple }: GeneratorLimits): number {
  const rounded = Math.round(side / sideMultiple) * sideMultiple;
  return Math.min(
    Math.floor(maxSide / sideMultiple) * sideMultiple,
    Math.max(Math.ceil(minSide / sideMultiple) * sideMultiple, rounded),
  );
}
