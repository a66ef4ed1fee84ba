import { aspects, fitSize, isSizeWithin, sizeFor } from '../../aspect.ts';
import type { GeneratorLimits, ImageGenerator, ImageRequest, Size } from '../generator.ts';
import type { PooledBackend } from './member.ts';

/**
 * What a pool can do: the widest of its backends' ranges, in steps that suit all, since a request goes to one that can
 * do it; the heaviest backend's favourite size; and only the promises that every backend keeps.
 */
export function limitsOf(backends: readonly PooledBackend[]): GeneratorLimits {
  const all = backends.map(({ generator }) => generator.limits);
  const sideMultiple = all.map((limits) => limits.sideMultiple).reduce(leastCommonMultiple);
  const smallest = Math.min(...all.map(({ minSide }) => minSide));
  const largest = Math.max(...all.map(({ maxSide }) => maxSide));
  return {
    maxCount: Math.max(...all.map(({ maxCount }) => maxCount)),
    minSide: Math.ceil(smallest / sideMultiple) * sideMultiple,
    maxSide: Math.floor(largest / sideMultiple) * sideMultiple,
    sideMultiple,
    sizes: sizesOf(all),
    usualPixels: heaviest(backends).generator.limits.usualPixels,
    hasSeed:
      all.every(({ hasSeed }) => hasSeed) && new Set(backends.map(({ generator }) => generator.model)).size === 1,
    hasNegativePrompt: all.every(({ hasNegativePrompt }) => hasNegativePrompt),
    hasSource: all.some(({ hasSource }) => hasSource),
  };
}

/** Of none there is none: throws. */
export function heaviest<Backend extends { weight: number }>(backends: readonly Backend[]): Backend {
  return backends.reduce((best, backend) => (backend.weight > best.weight ? backend : best));
}

/** The request in sizes of one backend: an aspect's own size there, else the nearest shape. `notice` when that is another size than asked. */
export function fitRequest(
  request: ImageRequest,
  pool: GeneratorLimits,
  { name, generator }: PooledBackend,
): { request: ImageRequest; notice?: string } {
  const { limits } = generator;
  const aspect = aspects.find((known) => isSame(sizeFor(known, pool), request));
  if (aspect) return { request: { ...request, ...sizeFor(aspect, limits) } };
  const size = fitSize(request, limits);
  if (isSame(size, request)) return { request };
  const notice = `Made ${size.width} × ${size.height}: ${name} has no ${request.width} × ${request.height}.`;
  return { request: { ...request, ...size }, notice };
}

/** True when the backend starts from the picture of the request, if it has one, with the model that it would use. */
export function takesSource({ source, model }: ImageRequest, { limits, ...generator }: ImageGenerator): boolean {
  if (!source) return true;
  return limits.hasSource && (limits.sourceModels?.includes(model ?? generator.model) ?? true);
}

/** True when the backend makes this size as it is, or knows it as an aspect. */
export function hasSize(size: Size, pool: GeneratorLimits, limits: GeneratorLimits): boolean {
  return isSizeWithin(size, limits) || aspects.some((aspect) => isSame(sizeFor(aspect, pool), size));
}

/** Only where all offer fixed lists: any of their sizes. */
function sizesOf(all: readonly GeneratorLimits[]): Size[] | undefined {
  const lists = all.flatMap(({ sizes }) => (sizes ? [sizes] : []));
  if (lists.length < all.length) return undefined;
  return lists.flat().filter((size, index, sizes) => sizes.findIndex((other) => isSame(other, size)) === index);
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

function leastCommonMultiple(one: number, other: number): number {
  return (one / greatestCommonDivisor(one, other)) * other;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
