import { type Category, vagueModifiers } from './lexicon.ts';
import { type Modifier, readPrompt } from './modifiers.ts';
import type { RefinerNeighbour } from './refiner.ts';
import { stemsOf } from './stems.ts';

/** A modifier that neighbours offer, with the evidence for it. */
export interface Candidate {
  category: Category;
  modifier: Modifier;
  /** Equal for two spellings of one modifier. */
  key: string;
  stems: readonly string[];
  /** Sum of its neighbours' weights. */
  score: number;
  /** The neighbours that use it, the weightiest first. */
  neighbours: readonly RefinerNeighbour[];
}

/** UTF-16 units of a neighbour's prompt that are read; what comes later in so long a text is rarely about its style. */
const longestPrompt = 4000;

/**
 * How much a neighbour's example counts: its similarity, more than doubled at most by likes, and below zero once two
 * more people dislike it than like it.
 */
export function weightOf(neighbour: RefinerNeighbour): number {
  const votes = neighbour.likes + neighbour.dislikes;
  return neighbour.similarity * (1 + (1.6 * (neighbour.likes - neighbour.dislikes)) / (votes + 1));
}

/** Every modifier of the neighbours once, the best supported first. One prompt counts once, however often it was run. */
export function rankCandidates(neighbours: readonly RefinerNeighbour[]): Candidate[] {
  const byKey = new Map<string, Candidate>();
  for (const neighbour of byWeight(distinct(neighbours))) {
    for (const candidate of candidatesOf(neighbour)) {
      const known = byKey.get(candidate.key);
      byKey.set(candidate.key, known ? addSupport(known, neighbour) : candidate);
    }
  }
  return [...byKey.values()].filter((candidate) => candidate.score > 0).sort((one, other) => other.score - one.score);
}

/** The modifiers of one neighbour, each once, in the order written. A prompt that shows nothing but a style is no evidence for it. */
export function candidatesOf(neighbour: RefinerNeighbour): Candidate[] {
  const segments = readPrompt(neighbour.prompt.slice(0, longestPrompt));
  if (segments.every((segment) => segment.onlyModifiers)) return [];
  const byKey = new Map<string, Candidate>();
  for (const modifier of segments.flatMap((segment) => segment.modifiers)) {
    if (!modifier.aboutPicture || vagueModifiers.has(modifier.words.join(' '))) continue;
    const stems = stemsOf(modifier.words);
    const key = [...stems].sort().join(' ');
    if (byKey.has(key) || stems.length === 0) continue;
    byKey.set(key, {
      category: modifier.category,
      modifier,
      key,
      stems,
      score: weightOf(neighbour),
      neighbours: [neighbour],
    });
  }
  return [...byKey.values()];
}

/** The neighbours with different prompts, the first of equal ones kept. */
export function distinct(neighbours: readonly RefinerNeighbour[]): RefinerNeighbour[] {
  const seen = new Set<string>();
  return neighbours.filter((neighbour) => {
    const key = neighbour.prompt.toLowerCase().replace(/\s+/g, ' ').trim();
    return seen.has(key) ? false : seen.add(key);
  });
}

function byWeight(neighbours: readonly RefinerNeighbour[]): RefinerNeighbour[] {
  return [...neighbours].sort((one, other) => weightOf(other) - weightOf(one));
}

function addSupport(candidate: Candidate, neighbour: RefinerNeighbour): Candidate {
  return {
    ...candidate,
    score: candidate.score + weightOf(neighbour),
    neighbours: [...candidate.neighbours, neighbour],
  };
}
