import { setTimeout as sleep } from 'node:timers/promises';
import { BotError } from '../errors.ts';

/** Milliseconds between tries: a minute and a half, beside what each try takes itself. */
export const usualReviewWaitsMs: readonly number[] = [2_000, 5_000, 15_000, 30_000, 40_000];

/**
 * Judges what is made already, and was perhaps paid for: where nobody can judge it, it is tried again for a good while
 * before that is lost. Throws as `review`, and an abort as it is.
 */
export async function reviewPatiently<Value>(
  review: () => Promise<Value>,
  { waitsMs, signal }: { waitsMs: readonly number[]; signal: AbortSignal },
): Promise<Value> {
  for (const wait of waitsMs) {
    try {
      return await review();
    } catch (error) {
      if (!(error instanceof BotError && error.code === 'moderation_unavailable')) throw error;
      await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
  return review();
}
