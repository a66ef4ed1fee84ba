import { randomBytes } from 'node:crypto';
import { BotError } from './errors.ts';
import type { Logger } from './log.ts';

/** The one place that turns a failure into words for people: BotErrors speak for themselves, all else gets a reference into the log. */
export function explainFailure(error: unknown, log: Logger): BotError {
  if (error instanceof BotError) {
    // What is refused by a rule was logged with that; the message may quote the prompt.
    if (error.code === 'refused') log.info({ code: error.code, err: error.cause }, 'refused by a rule');
    else log.warn({ err: error }, 'refused or failed');
    return error;
  }
  const ref = randomBytes(4).toString('hex');
  log.error({ err: error, ref }, 'failed unexpectedly');
  return new BotError(
    'internal',
    `Something went wrong (ref ${ref}). Try again; if it stays, tell the operator the ref.`,
    { cause: error },
  );
}
