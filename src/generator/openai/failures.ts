import { APIConnectionError, APIError } from 'openai';
import { BotError } from '../../errors.ts';
import { refusal } from './read.ts';

const policies = ['moderation_blocked', 'content_policy_violation', 'content_filter'];

/** Nothing was made yet, and it passes: unlike an empty account. */
export function isRateLimit(error: unknown): boolean {
  return error instanceof APIError && error.status === 429 && error.code !== 'insufficient_quota';
}

/** The service knows no such model. */
export function isUnknownModel(error: unknown): boolean {
  return (
    error instanceof APIError && (error.code === 'model_not_found' || (error.status === 404 && error.param === 'model'))
  );
}

/** What a failure means to people. Servers echo keys and prompts in error bodies: only their codes are kept for the log. */
export function toBotError(error: unknown): BotError {
  if (error instanceof BotError) return error;
  if (!(error instanceof APIError)) return failed('broke off in the middle of its answer. Try again', error);
  return policies.includes(error.code ?? '') ? refusal(causeOf(error)) : failed(meaningOf(error), error);
}

function meaningOf(error: APIError): string {
  const { status, code } = error;
  if (error instanceof APIConnectionError) return "can't be reached. Check that it runs and that its address is right";
  if (status === 401) return 'refused the login. Check OPENAI_API_KEY';
  if (status === 403)
    return 'does not let this key make pictures. Check OPENAI_API_KEY, and whether its organisation is verified';
  if (code === 'insufficient_quota')
    return 'has no credits left for this key: let its owner buy some, or set another OPENAI_API_KEY';
  if (status === 429) return 'has too much to do. Try again in a minute';
  if (status === 404) return 'does not know this request. Check OPENAI_IMAGE_MODEL and the address of the backend';
  if (status === undefined) return 'stopped in the middle. Try again';
  if (status >= 500) return `failed (status ${status}). Try again in a while`;
  return `did not accept the request (${code ?? `status ${status}`}). Check OPENAI_IMAGE_MODEL`;
}

function failed(meaning: string, error: unknown): BotError {
  return new BotError('generator_failed', `OpenAI ${meaning}.`, { cause: causeOf(error) });
}

function causeOf(error: unknown): Error {
  if (error instanceof APIError) {
    return new Error(`${error.name} ${error.status ?? ''} ${error.code ?? ''} ${error.requestID ?? ''}`.trim());
  }
  return new Error(error instanceof Error ? error.name : typeof error);
}
