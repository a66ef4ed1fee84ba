import { BotError, isDiskFull } from '../errors.ts';
import { isTimeout } from './retry.ts';
import { movedTo } from './vectors.ts';

// Exception codes: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
const refusedLogins = new Set(['192', '193', '194', '516']);
const tooSlow = new Set(['159', '209']);
const overloaded = new Set(['202', '241', '252']);
const badArguments = '36';
const unknownDatabase = '81';
const notEnoughSpace = '243';
const brokenConstraint = '469';
const unlikeArrays = '190';

interface FailureContext {
  place: string;
  signal?: AbortSignal | undefined;
  /** What was being run, where its failure has a remedy of its own. */
  statement?: string | undefined;
}

/** Translates what the client throws; a BotError passes as it is. `place` names the database in the message. */
export function toBotError(error: unknown, { place, signal, statement = '' }: FailureContext): BotError {
  if (error instanceof BotError) return error;
  if (signal?.aborted)
    return new BotError('cancelled', 'The database was told to stop before it was done.', { cause: error });
  if (isTimeout(error)) return tooBusy(error, place);
  if (isDiskFull(error)) return diskFull(error, place);
  if (!isEngineError(error)) return unreachable(error, place);
  return error.code === badArguments && statement.includes('ADD VECTOR INDEX')
    ? refusedIndex(error, place)
    : fromEngine(error, place);
}

interface EngineError extends Error {
  code: string;
}

/** By its shape: chDB throws the class of another copy of the client's package. Network errors have codes such as ECONNREFUSED. */
function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^\d+$/.test(error.code);
}

function fromEngine(error: EngineError, place: string): BotError {
  const answer = (code: 'database_unavailable' | 'internal', message: string) =>
    new BotError(code, message, { cause: error });
  if (error.code === notEnoughSpace || /No space left on device|errno: 28\b/.test(error.message))
    return diskFull(error, place);
  if (refusedLogins.has(error.code)) {
    return answer(
      'database_unavailable',
      `The database at ${place} refused the user or password. Check both in CLICKHOUSE_URL.`,
    );
  }
  if (error.code === unknownDatabase) {
    return answer(
      'database_unavailable',
      `The server has no database ${place}. Create it there (CREATE DATABASE), or name another in CLICKHOUSE_URL.`,
    );
  }
  if (isOfAnotherModel(error)) return movedTo(undefined, { cause: error });
  if (tooSlow.has(error.code) || overloaded.has(error.code)) return tooBusy(error, place);
  return answer('internal', `The database at ${place} refused a query (error ${error.code}). The log has the details.`);
}

/**
 * MyScale's words, for a table without an index of words and for one of which a part is not indexed; its number for the first differs between versions:
 * https://github.com/myscale/MyScaleDB/blob/main/src/VectorIndex/Storages/MergeTreeTextSearchManager.cpp
 */
export function lacksWordIndex({ cause }: BotError): boolean {
  return cause instanceof Error && /\bfts\)? index\b/i.test(cause.message);
}

/** The vectors sent were checked here: where they don't fit, the table is of another model by now. */
function isOfAnotherModel({ code, message }: EngineError): boolean {
  return (
    code === brokenConstraint || code === unlikeArrays || message.includes('does not match the dimension in the index')
  );
}

function diskFull(cause: unknown, place: string): BotError {
  return new BotError('disk_full', `The disk of the database at ${place} is full. Free some space and try again.`, {
    cause,
  });
}

function refusedIndex(cause: EngineError, place: string): BotError {
  return new BotError(
    'invalid_settings',
    `The MyScale server at ${place} has no vector index of that kind. MSTG is MyScale Cloud's; for the open-source MyScaleDB set VECTOR_INDEX=SCANN or VECTOR_INDEX=HNSWFLAT.`,
    { cause },
  );
}

function tooBusy(cause: unknown, place: string): BotError {
  return new BotError(
    'database_unavailable',
    `The database at ${place} is too busy to answer in time. Try again in a moment.`,
    { cause },
  );
}

function unreachable(error: unknown, place: string): BotError {
  return new BotError(
    'database_unavailable',
    `The database at ${place} can't be reached. Check that it is running and that CLICKHOUSE_URL, if set, names it; then try again.`,
    { cause: error },
  );
}
