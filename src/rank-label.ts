import type { CardImage } from './chat.ts';

/** A ranked picture's place in words: "1 of 4, fits 83 %"; undefined for one that was not ranked. */
export function rankLabel({ rank, fit }: Pick<CardImage, 'rank' | 'fit'>, of: number): string | undefined {
  if (rank === undefined) return undefined;
  return `${rank} of ${of}${fit === undefined ? '' : `, fits ${Math.round(fit * 100)} %`}`;
}
