import { createHash } from 'node:crypto';
import type { Candidate } from './candidates.ts';
import { contradict, merge } from './facets.ts';
import { categories } from './lexicon.ts';
import type { OwnWords } from './own-words.ts';

/** Additions at most, and how many of them may rest on a single neighbour that nobody liked. */
const mostAdded = 5;
const mostUnshared = 3;

/** Scores within this share of the best are near equal: the seed picks among them. */
const nearEqual = 0.85;

/**
 * Picks a coherent handful: the best supported first, never contradicting the person's words or each other, nothing
 * twice. Sorted in the order in which modifiers follow a subject.
 */
export function choose(candidates: readonly Candidate[], own: OwnWords, seed: number): Candidate[] {
  const chosen: Candidate[] = [];
  let claims = own.claims;
  while (chosen.length < mostAdded) {
    const open = candidates.filter(
      (candidate) =>
        fits(candidate, own, chosen) &&
        !contradict(candidate.modifier.claims, claims) &&
        (chosen.length < mostUnshared || isShared(candidate)),
    );
    const best = pick(
      open,
      (candidate) => candidate.score,
      (candidate) => candidate.key,
      seed,
      nearEqual,
    );
    if (!best) break;
    chosen.push(best);
    claims = merge(claims, best.modifier.claims);
  }
  return chosen.sort((one, other) => categories.indexOf(one.category) - categories.indexOf(other.category));
}

/** One of those whose score is near the best, by seed: the same seed picks the same one, whatever the others' order. */
export function pick<Item>(
  items: readonly Item[],
  score: (item: Item) => number,
  key: (item: Item) => string,
  seed: number,
  share: number,
): Item | undefined {
  const best = Math.max(...items.map(score));
  const draw = (item: Item) =>
    createHash('sha256')
      .update(`${seed} ${key(item)}`)
      .digest('hex');
  return items
    .filter((item) => score(item) >= best * share)
    .map((item) => ({ item, draw: draw(item) }))
    .sort((one, other) => (one.draw < other.draw ? -1 : 1))[0]?.item;
}

function fits(candidate: Candidate, own: OwnWords, chosen: readonly Candidate[]): boolean {
  const sameCategory = chosen.filter((other) => other.category === candidate.category).length;
  const stems = new Set(candidate.stems);
  return (
    sameCategory < own.room[candidate.category] &&
    !candidate.stems.every((stem) => own.stems.has(stem)) &&
    !candidate.stems.some((stem) => own.modifierStems.has(stem) || own.refusedStems.has(stem)) &&
    !own.refusedPhrases.some((phrase) => phrase.length > 0 && phrase.every((stem) => stems.has(stem))) &&
    !chosen.some((other) => other.stems.some((stem) => stems.has(stem)))
  );
}

function isShared(candidate: Candidate): boolean {
  return (
    candidate.neighbours.length > 1 || candidate.neighbours.some((neighbour) => neighbour.likes > neighbour.dislikes)
  );
}
