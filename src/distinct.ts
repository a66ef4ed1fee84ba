import { collapseAlike } from './alike.ts';
import { rankByFeedback } from './feedback.ts';
import { fuseRankings } from './fusion.ts';
import type { Neighbour } from './search.ts';

/** Neighbours, best first. */
export interface Ranking {
  neighbours: Neighbour[];
  /** As many were found as were asked for. */
  mayHaveMore: boolean;
}

// Well below what an index answers at once, so that the larger search is still a quick one.
const deeper = 5;

/**
 * What is shown of rankings that fetch so many `times` what they usually do. Near-duplicates are shown as one: where they leave
 * fewer than `limit`, a single larger search looks for more.
 */
export async function distinct(
  { limit }: { limit: number },
  rank: (times: number) => Promise<Ranking[]>,
): Promise<Neighbour[]> {
  const rankings = await rank(1);
  const found = best(rankings, limit);
  if (found.length >= limit || !rankings.some(({ mayHaveMore }) => mayHaveMore)) return found;
  return best(await rank(deeper), limit);
}

/** The rankings fused, near-duplicates as one; what is left is shown nearest first, as feedback settles. */
function best(rankings: readonly Ranking[], limit: number): Neighbour[] {
  const fused = fuseRankings(rankings.map(({ neighbours }) => neighbours));
  return rankByFeedback(collapseAlike(fused).slice(0, limit));
}
