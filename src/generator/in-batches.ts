/** Pictures that one call of a generator is asked for. */
export interface Batch {
  /** Pictures asked for before. */
  from: number;
  count: number;
  /** Of the batch's first picture. */
  seed: number;
  /** It is all that is asked for. */
  isAll: boolean;
  /** How far the whole is when this batch is so far (both 0 to 1). */
  overall(fraction: number): number;
}

/**
 * As many pictures as asked for, in as many calls as the backend's limit takes; the seeds go on from one to the next. A part
 * tells the `count` it was asked for, since one that was recorded may be of a backend with another limit.
 * The failure of a later call ends it and does not take away what was made: `cut` is its reason.
 * Where nothing was made, or after an abort, it throws.
 */
export async function inBatches<Part extends { count: number }>(
  { count, seed, maxCount }: { count: number; seed: number; maxCount: number },
  draw: (batch: Batch) => Promise<Part>,
  signal: AbortSignal,
): Promise<{ parts: Part[]; cut?: unknown }> {
  const parts: Part[] = [];
  let from = 0;
  while (from < count) {
    const before = from;
    const size = Math.min(maxCount, count - from);
    const overall = (fraction: number) => (before + fraction * size) / count;
    try {
      const part = await draw({ from, count: size, seed: (seed + from) >>> 0, isAll: size === count, overall });
      parts.push(part);
      from += part.count;
    } catch (error) {
      if (parts.length === 0 || signal.aborted) throw error;
      return { parts, cut: error };
    }
  }
  return { parts };
}
