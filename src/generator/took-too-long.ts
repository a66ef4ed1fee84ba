import { BotError } from '../errors.ts';

/** BotError `generator_failed` for a run that was ended after its time. */
export function tookTooLong(sender: string, timeoutMs: number, cause?: unknown): BotError {
  const seconds = Math.ceil(timeoutMs / 1000);
  return new BotError(
    'generator_failed',
    `${sender} took longer than ${seconds} ${seconds === 1 ? 'second' : 'seconds'}. Ask for fewer or smaller pictures, or let the operator raise IMAGE_TIMEOUT_S.`,
    { cause },
  );
}
