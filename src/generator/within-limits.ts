import { type Aspect, fitSize, sizeFor } from '../aspect.ts';
import type { GeneratorLimits, Size } from './generator.ts';

/** What is asked for, as the generator can make it, with a notice for each thing that is not as asked. */
export function withinLimits(asked: { count: number; size: Aspect | Size }, limits: GeneratorLimits) {
  const count = Math.min(asked.count, limits.maxCount);
  const { size, notice } = sizeWithin(asked.size, limits);
  const fewer = `The image backend makes at most ${limits.maxCount} at a time.`;
  return { count, size, notices: [...(count < asked.count ? [fewer] : []), ...(notice ? [notice] : [])] };
}

function sizeWithin(asked: Aspect | Size, limits: GeneratorLimits): { size: Size; notice?: string } {
  if (typeof asked === 'string') return { size: sizeFor(asked, limits) };
  const size = fitSize(asked, limits);
  if (size.width === asked.width && size.height === asked.height) return { size };
  const notice = `Made ${size.width} × ${size.height}: the image backend has no ${asked.width} × ${asked.height}.`;
  return { size, notice };
}
