/** Seeds are unsigned 32 bits: after the largest comes 0. */
const seedCount = 2 ** 32;

/** The seed of picture `index` of a run. */
export function seedAt(first: number, index: number): number {
  return (first + index) % seedCount;
}

/** A run cut where its seeds wrap: servers count on beyond 32 bits. */
export function unwrappedRuns(first: number, count: number): { seed: number; count: number }[] {
  const before = Math.min(count, seedCount - first);
  const runs = [{ seed: first, count: before }];
  return before < count ? [...runs, { seed: 0, count: count - before }] : runs;
}
