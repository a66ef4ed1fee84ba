import type { Embedding } from './embedder/embedder.ts';
import type { Match } from './store/store.ts';

// Rocchio's weights as in Manning et al., Introduction to Information Retrieval, 9.1.1: what is liked counts more than what is not.
const likedWeight = 0.75;
const dislikedWeight = 0.15;
// In calibrated similarity: enough to reorder close neighbours, never to lift a stranger over a near match.
const largestBonus = 0.08;

/** People who like it less those who do not. */
export function netLikes(match: Pick<Match, 'likes' | 'dislikes'>): number {
  return match.likes - match.dislikes;
}

/**
 * Relevance feedback: moves the query towards liked and away from disliked embeddings (Rocchio 1971), and normalises it again.
 * Returns the query itself when there is nothing to learn from.
 */
export function steerQuery(query: Embedding, liked: readonly Embedding[], disliked: readonly Embedding[]): Embedding {
  if (liked.length === 0 && disliked.length === 0) return query;
  const steered = Float32Array.from(query);
  addMean(steered, liked, likedWeight);
  addMean(steered, disliked, -dislikedWeight);
  return normalise(steered) ?? query;
}

/** Nearest first, where people's likes and dislikes settle between close neighbours. Both numbers are calibrated similarities. */
export function rankByFeedback<Item extends Pick<Match, 'likes' | 'dislikes'> & { similarity: number }>(
  matches: readonly Item[],
): Item[] {
  return [...matches].sort((a, b) => score(b) - score(a));
}

function score(match: Pick<Match, 'likes' | 'dislikes'> & { similarity: number }): number {
  return match.similarity + largestBonus * Math.tanh(netLikes(match) / 2);
}

function addMean(sum: Float32Array, vectors: readonly Embedding[], weight: number) {
  for (const vector of vectors) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (weight / vectors.length) * (vector[i] ?? 0);
  }
}

function normalise(vector: Float32Array): Embedding | undefined {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : undefined;
}
