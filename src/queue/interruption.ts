import { setTimeout as sleep } from 'node:timers/promises';
import { BotError } from '../errors.ts';

/** The reason of a signal that a person aborted. */
export function cancellation(): BotError {
  return new BotError('cancelled', 'Cancelled.');
}

/** The reason of a signal when the job goes on later, or in another process. */
export function handingBack(): Error {
  return new DOMException('The job goes on at the next start, or in another process.', 'AbortError');
}

export function isHandedBack(signal: AbortSignal): boolean {
  return signal.aborted && !(signal.reason instanceof BotError);
}

interface Run {
  controller: AbortController;
  finished: Promise<void>;
}

/** Milliseconds for a job to be handed back in. One whose platform does not answer is left as a kill would leave it. */
const handBackMs = 2000;

/** Waits for what runs, and after the grace has it handed back. */
export async function endAll(runs: readonly Run[], graceMs: number): Promise<void> {
  const ended = Promise.all(runs.map(({ finished }) => finished));
  if (await endsWithin(ended, graceMs)) return;
  for (const { controller } of runs) controller.abort(handingBack());
  await endsWithin(ended, handBackMs);
}

async function endsWithin(ended: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const late = new AbortController();
  const waiting = sleep(milliseconds, false, { signal: late.signal }).catch(() => false);
  const inTime = await Promise.race([ended.then(() => true), waiting]);
  late.abort();
  return inTime;
}
