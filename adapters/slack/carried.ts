import { randomUUID } from 'node:crypto';
import type { Seal } from '../../src/seal.ts';
import type { Ledger, Opening } from './ledger.ts';
import type { Place } from './place.ts';
import type { Poster } from './poster.ts';
import { keyOf } from './roots.ts';

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

/** For a job from another process: learns how its thread begins, and looks for each message before posting it, since that process may have. */
export function adopt(
  ledger: Ledger,
  poster: Poster,
  place: Place,
  { carried, seal }: { carried: unknown; seal: Seal },
): Poster {
  // It was made by `carry`, of this process or another.
  const from = carried as Carried | undefined;
  if (!from || from.origin === origin) return poster;
  // The thread may be open already: its first message is looked for before it is posted.
  if (place.opening && !ledger.post(keyOf(place.opening)))
    void ledger.announcePost(keyOf(place.opening), { channel: place.channel, since: from.since });
  if (place.opening && from.opening && !ledger.opening(place.opening)) {
    const opening = seal.open(from.opening) as Opening | undefined;
    if (opening) void ledger.saveOpening(place.opening, opening);
  }
  return { post: (posting) => poster.post({ ...posting, maybeSince: from.since }) };
}
