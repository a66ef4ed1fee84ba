/** Every code a person or an operator can meet; adapters map them to their platform's idiom (the web page: to an HTTP status). */
export type ErrorCode =
  | 'invalid_input'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported_image'
  | 'queue_full'
  /** The asker's own bound of requests that wait. */
  | 'too_many_requests'
  | 'quota_exceeded'
  | 'queue_unavailable'
  | 'cancelled'
  | 'disk_full'
  | 'images_unavailable'
  | 'database_unavailable'
  | 'database_locked'
  | 'model_mismatch'
  | 'model_unavailable'
  | 'refiner_failed'
  | 'generator_failed'
  /** A rule of the operator or of a service does not allow it; the message says which. */
  | 'refused'
  /** Whoever must judge something can't be asked, and unjudged it must not pass. */
  | 'moderation_unavailable'
  | 'invalid_settings'
  | 'internal';

export interface BotErrorOptions {
  /** For the log alone. */
  cause?: unknown;
  /** The same in the operator's words, with the setting that mends it: for the log and `npm run doctor`. Undefined: the message serves both. */
  forOperator?: string | undefined;
}

/** An error whose message is safe to show to anyone and names what they can do. */
export class BotError extends Error {
  readonly code: ErrorCode;
  /** Enumerable, so that the log has it. */
  readonly forOperator: string | undefined;

  constructor(code: ErrorCode, message: string, { cause, forOperator }: BotErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BotError';
    this.code = code;
    this.forOperator = forOperator;
  }
}

const ordinary: ReadonlySet<ErrorCode> = new Set([
  'invalid_input',
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'cancelled',
  'too_large',
  'unsupported_image',
  'queue_full',
  'too_many_requests',
  'quota_exceeded',
  'refused',
]);

/** True where whoever asked was told so as they should be: nothing is wrong with the program or a service. */
export function isOrdinary({ code }: BotError): boolean {
  return ordinary.has(code);
}

/** True when the work was stopped on purpose, by an AbortSignal or by a person. */
export function isAbort(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'AbortError' || (error instanceof BotError && error.code === 'cancelled'))
  );
}

/** True for the system errors that mean "no room left on this disk" (quota included). */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** What the operator reads of an error. */
export function operatorsWords({ message, forOperator }: BotError): string {
  return forOperator ?? message;
}

/** For people, of what only the operator can mend. */
export const seeLog = "the bot's operator can see why in the log";

/**
 * A code that a server sent, as it may be logged; empty for anything else: servers echo prompts in their errors, so
 * nothing with a space in it is kept.
 */
export function codeOnly(code: unknown): string {
  return typeof code === 'string' && /^[\w.:/-]{1,80}$/.test(code) ? code : '';
}

/** The code that the system, or a library, gave an error (`ECONNREFUSED`), as it may be logged; empty without one. */
export function systemCode(error: Error): string {
  return 'code' in error ? codeOnly(error.code) : '';
}
