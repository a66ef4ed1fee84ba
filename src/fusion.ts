// The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
const fusionOffset = 60;

/**
 * One ranking of several, best first: an item counts 1 / (60 + rank) for each ranking it is in, so that no score of one kind need be
 * comparable to one of another. Of an item that several hold, the version with the greater `similarity` stays; a single ranking stays as it is.
 */
export function fuseRankings<Item extends { id: string; similarity: number }>(
  rankings: readonly (readonly Item[])[],
): Item[] {
  const fused = new Map<string, { item: Item; score: number }>();
  for (const ranking of rankings) {
    for (const [index, item] of ranking.entries()) {
      const known = fused.get(item.id);
      const best = known && known.item.similarity >= item.similarity ? known.item : item;
      fused.set(item.id, { item: best, score: (known?.score ?? 0) + 1 / (fusionOffset + index + 1) });
    }
  }
  return [...fused.values()].sort((one, other) => other.score - one.score).map(({ item }) => item);
}
