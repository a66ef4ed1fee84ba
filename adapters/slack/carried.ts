import { randomUUID } from 'node:crypto';
import type { Seal } from '../../src/seal.ts';
import type { Ledger, Opening } from './ledger.ts';
import type { Place } from './place.ts';

/** What a job takes along, so that another process can answer in its thread. */
interface Carried {
  /** The process that accepted it. */
  origin: string;
  /** When, in milliseconds: nothing was posted for it before. */
  since: number;
  /**
   * Sealed with the bot's token, which all processes have and their queue has not: the words that were asked, and the address
   * that takes answers for 30 minutes from whoever knows it. With another token the thread begins without the words.
   */
  opening: string | undefined;
}

const origin = randomUUID();

export function carry(ledger: Ledger, { opening }: Place, seal: Seal): Carried {
  const begun = opening === undefined ? undefined : ledger.opening(opening);
  return { origin, since: Date.now(), opening: begun && seal.close(begun) };
}

/** For a job from another process: learns how its thread begins, and since when that process may have posted there. */
export function adopt(ledger: Ledger, place: Place, { carried, seal }: { carried: unknown; seal: Seal }): Place {
  // It was made by `carry`, of this process or another.
  const from = carried as Carried | undefined;
  if (!from || from.origin === origin) return place;
  if (place.opening && from.opening && !ledger.opening(place.opening)) {
    const opening = seal.open(from.opening) as Opening | undefined;
    if (opening) void ledger.saveOpening(place.opening, opening);
  }
  return { ...place, maybeSince: from.since };
}
