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

/** Waits for what runs, and after the grace has it handed back. */
export async function endAll(runs: readonly Run[], graceMs: number): Promise<void> {
  const late = setTimeout(() => {
    for (const { controller } of runs) controller.abort(handingBack());
  }, graceMs);
  await Promise.all(runs.map(({ finished }) => finished));
  clearTimeout(late);
}
