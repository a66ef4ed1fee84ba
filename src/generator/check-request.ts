import { BotError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import type { GeneratorLimits, ImageRequest } from './generator.ts';

const namesShown = 20;

/**
 * Refuses what is outside of a generator's limits before any work is spent on it. With a list of sizes any size between
 * the bounds goes: the nearest of the list is made. Throws BotError `generator_failed`.
 */
export function checkRequest({ count, width, height }: ImageRequest, limits: GeneratorLimits): void {
  const { maxCount, minSide, maxSide, sideMultiple, sizes } = limits;
  if (!Number.isInteger(count) || count < 1 || count > maxCount) {
    throw new BotError('generator_failed', `A run makes 1 to ${maxCount} pictures. Ask for a number of these.`);
  }
  const isFit = (side: number) => side >= minSide && side <= maxSide && (sizes || side % sideMultiple === 0);
  if (!isFit(width) || !isFit(height)) {
    throw new BotError(
      'generator_failed',
      `Pictures have sides of ${minSide} to ${maxSide} pixels in steps of ${sideMultiple}. Choose another size.`,
    );
  }
}

/** The model as the server spells it. Throws BotError `invalid_input` that names those there are. */
export function findModel(wanted: string, available: readonly string[]): string {
  const found =
    available.find((name) => name === wanted) ??
    available.find((name) => name.toLowerCase() === wanted.trim().toLowerCase());
  if (found !== undefined) return found;
  const near = nearestName(wanted, available);
  throw new BotError(
    'invalid_input',
    `There is no model "${wanted}" here.${near ? ` Did you mean "${near}"?` : ''} ${namesOf(available)}`,
  );
}

function namesOf(available: readonly string[]): string {
  if (available.length === 0) return 'The server has none: its operator must add one.';
  const more = available.length > namesShown ? `, and ${available.length - namesShown} more` : '';
  return `Those there are: ${available.slice(0, namesShown).join(', ')}${more}.`;
}
