import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';

// What a server answers while it is too busy, or while a replica waits for its keeper: it has done nothing.
const passing = new Set(['202', '242']);

const lostConnection = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * The client never repeats a request; this does, up to three times within about two seconds.
 * Everything the store sends may come twice: reads, inserts (the engine drops a block that it has, or keeps one row per id) and statements.
 */
export const retrying = retry(handleWhen(isPassing), {
  maxAttempts: 3,
  backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_500 }),
});

function isPassing(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string')
    return passing.has(error.code) || lostConnection.has(error.code);
  return isNotOfTheEngine(error);
}

/** A proxy's own answer (502, 503, 504), of which the client keeps the text alone. */
function isNotOfTheEngine(error: Error): boolean {
  return error.constructor === Error && !isTimeout(error);
}

/** What the client throws when `request_timeout` is over. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Timeout error.';
}
