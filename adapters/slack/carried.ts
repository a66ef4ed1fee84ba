import { randomUUID } from 'node:crypto';
import type { Ledger, Opening } from './ledger.ts';
import type { Place } from './place.ts';
import type { Poster } from './poster.ts';

/** What a job takes along, so that another process can answer in its thread. */
interface Carried {
  /** The process that accepted it. */
  origin: string;
  /** When, in milliseconds: nothing was posted for it before. */
  since: number;
  opening: Opening | undefined;
}

const origin = randomUUID();

export function carry(ledger: Ledger, { opening }: Place): Carried {
  return { origin, since: Date.now(), opening: opening === undefined ? undefined : ledger.opening(opening) };
}

/** For a job from another process: learns how its thread begins, and looks for each message before posting it, since that process may have. */
export function adopt(ledger: Ledger, poster: Poster, place: Place, carried: unknown): Poster {
  // It was made by `carry`, of this process or another.
  const from = carried as Carried | undefined;
  if (!from || from.origin === origin) return poster;
  if (place.opening && from.opening && !ledger.opening(place.opening))
    void ledger.saveOpening(place.opening, from.opening);
  return { post: (posting) => poster.post({ ...posting, maybeSince: from.since }) };
}
