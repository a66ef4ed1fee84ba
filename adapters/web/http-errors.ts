import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { BotError, type ErrorCode, isOrdinary } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';

const statusOf: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  invalid_input: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  cancelled: 409,
  too_large: 413,
  refused: 422,
  quota_exceeded: 429,
  too_many_requests: 429,
  unsupported_image: 415,
  invalid_settings: 500,
  internal: 500,
  model_mismatch: 500,
  generator_failed: 502,
  refiner_failed: 502,
  database_locked: 503,
  database_unavailable: 503,
  model_unavailable: 503,
  images_unavailable: 503,
  moderation_unavailable: 503,
  queue_full: 503,
  queue_unavailable: 503,
  disk_full: 507,
};

/** The one place where an error becomes a response: `{error: {code, message}}`, and a log entry: an ordinary refusal's code, the stack of what an operator must see. */
export function errorResponse(context: Context, error: unknown, log: Logger): Response {
  const shown = error instanceof HTTPException ? httpError(error) : error;
  if (!(shown instanceof BotError)) return unexpected(context, error, log);
  const status = statusOf[shown.code];
  if (isOrdinary(shown)) log.debug({ code: shown.code, path: context.req.path }, 'refused');
  else log.warn({ err: shown, path: context.req.path }, 'request failed');
  return context.json({ error: { code: shown.code, message: shown.message } }, status);
}

function unexpected(context: Context, error: unknown, log: Logger): Response {
  const reference = randomUUID().slice(0, 8);
  log.error({ err: error, reference, method: context.req.method, path: context.req.path }, 'unexpected error');
  const message = `Something went wrong (ref ${reference}). Try again; the log has the details under this reference.`;
  return context.json({ error: { code: 'internal', message } }, 500);
}

function httpError(error: HTTPException): unknown {
  if (error.status === 413) return new BotError('too_large', 'This is more than can be sent at once.');
  if (error.status < 500) return new BotError('invalid_input', error.message || 'This request is malformed.');
  return error;
}
