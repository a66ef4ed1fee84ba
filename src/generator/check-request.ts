import { isSizeWithin } from '../aspect.ts';
import { GeneratorFault } from './fault.ts';
import type { GeneratorLimits, ImageRequest } from './generator.ts';

const unsent = { madeNothing: true, isOfRequest: true };

/** Throws GeneratorFault for counts and sizes outside of the limits. `what` is such as `sketch`. */
export function checkRequest(what: string, limits: GeneratorLimits, { count, width, height }: ImageRequest): void {
  if (!Number.isInteger(count) || count < 1 || count > limits.maxCount) {
    throw new GeneratorFault(`One ${what} run makes 1 to ${limits.maxCount} pictures. Ask for fewer.`, unsent);
  }
  if (!isSizeWithin({ width, height }, limits)) {
    throw new GeneratorFault(`${sizesOf(what, limits)} Choose another size.`, unsent);
  }
}

function sizesOf(what: string, { sizes, minSide, maxSide, sideMultiple }: GeneratorLimits): string {
  if (sizes) {
    return `The ${what} sizes are ${sizes.map(({ width, height }) => `${width} × ${height}`).join(', ')}.`;
  }
  return `The sides of a picture are ${minSide} to ${maxSide} pixels in steps of ${sideMultiple} (${what}).`;
}
