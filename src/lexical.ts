import { stem } from './refiner/stems.ts';

/**
 * How much of the query's words each text holds, 0 to 1, where a word counts by how rare it is among these texts
 * (the inverse document frequency of BM25; Robertson and Zaragoza 2009). Embeddings blur exact words; this keeps them.
 */
export function wordOverlap(query: string, texts: readonly string[]): number[] {
  const wanted = wordsOf(query);
  const held = texts.map(wordsOf);
  const weights = new Map(
    [...wanted].map((word) => [word, rarity(held.filter((words) => words.has(word)).length, held.length)]),
  );
  const total = sum(weights.values());
  return held.map((words) =>
    total > 0 ? sum([...weights].map(([word, weight]) => (words.has(word) ? weight : 0))) / total : 0,
  );
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(stem));
}

function rarity(holding: number, all: number): number {
  return Math.log(1 + (all - holding + 0.5) / (holding + 0.5));
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}
