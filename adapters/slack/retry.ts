import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds. */
const shortest = 500;
const longest = 15_000;

/** Milliseconds to wait before the next attempt, as the other side asked; or the usual wait; or no further attempt. */
export type Verdict = number | 'backoff' | 'give up';

/**
 * Runs until it succeeds or `verdict` gives up.
 * Backing off ends after `patience` milliseconds; waits that the other side asked for do not count.
 */
export async function retrying<Value>(
  run: (attempt: number) => Promise<Value>,
  verdict: (error: unknown) => Verdict,
  patience: number,
): Promise<Value> {
  let waited = 0;
  for (let attempt = 0; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      const wait = verdict(error);
      if (wait === 'give up' || waited > patience) throw error;
      if (wait === 'backoff') waited += await backOff(attempt);
      else await sleep(wait);
    }
  }
}

/** Waits longer with every attempt, with jitter, and returns how long. */
export async function backOff(attempt: number): Promise<number> {
  const wait = Math.min(longest, shortest * 2 ** attempt) * (0.5 + Math.random() / 2);
  await sleep(wait);
  return wait;
}
