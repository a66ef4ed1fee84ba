import { randomBytes } from 'node:crypto';
import { BotError, isOrdinary } from './errors.ts';
import type { Logger } from './log.ts';

/** The one place that turns a failure into words for people: BotErrors speak for themselves, all else gets a reference into the log. */
export function explainFailure(error: unknown, log: Logger): BotError {
  if (error instanceof BotError) {
    // The message may quote what was asked for, so the code alone is logged.
    if (isOrdinary(error)) log.info({ code: error.code }, 'refused');
    else log.warn({ err: error }, 'failed');
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
