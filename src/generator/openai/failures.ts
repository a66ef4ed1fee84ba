import { APIConnectionError, APIError } from 'openai';
import { BotError, type BotErrorOptions, codeOnly } from '../../errors.ts';
import { safeDetails } from '../../openai/safe-details.ts';
import { type FaultOptions, GeneratorFault, operatorsFault } from '../fault.ts';
import { mindsRequest, neverConnected } from '../http-faults.ts';

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

/** What a failure means to people and to the operator. */
export function toBotError(error: unknown): BotError {
  if (error instanceof BotError) return error;
  const cause = new Error(Object.values(safeDetails(error)).filter(Boolean).join(' '));
  if (!(error instanceof APIError)) {
    return new GeneratorFault('OpenAI broke off in the middle of its answer. Try again.', { cause });
  }
  return policies.includes(error.code ?? '') ? refusal(cause) : faultOf(error, { cause });
}

export function refusal(cause?: BotErrorOptions['cause']): BotError {
  return new BotError('refused', 'OpenAI declined this by its moderation. Change the prompt.', { cause });
}

function faultOf(error: APIError, options: FaultOptions): GeneratorFault {
  const { status } = error;
  if (error instanceof APIConnectionError) {
    const remedy = 'Check that it runs and that its address is right.';
    return operatorsFault("OpenAI can't be reached", remedy, { ...options, madeNothing: neverConnected(error) });
  }
  if (status === undefined) return new GeneratorFault('OpenAI stopped in the middle. Try again.', options);
  // The service says 503 when it is overloaded, before it does anything.
  if (status >= 500) return failed(status, { ...options, madeNothing: status === 503 });
  return refusedRequest(error, status, { ...options, madeNothing: true, isOfRequest: mindsRequest(status) });
}

function failed(status: number, options: FaultOptions): GeneratorFault {
  const forOperator = `OpenAI failed (status ${status}).`;
  return new GeneratorFault('OpenAI failed. Try again in a while.', { ...options, forOperator });
}

function refusedRequest({ code }: APIError, status: number, options: FaultOptions): GeneratorFault {
  if (status === 401)
    return operatorsFault(
      notLetIn,
      'It refused the login: check its key, OPENAI_API_KEY or that in its address.',
      options,
    );
  if (status === 403) {
    const remedy =
      'Check its key (OPENAI_API_KEY, or that in its address), and whether its organisation is verified to make pictures.';
    return operatorsFault(notLetIn, remedy, options);
  }
  if (code === 'insufficient_quota') {
    const remedy = 'Buy some, or set another OPENAI_API_KEY.';
    return operatorsFault('OpenAI has no credits left for this bot', remedy, options);
  }
  if (status === 429) return new GeneratorFault('OpenAI has too much to do. Try again in a minute.', options);
  const remedy =
    status === 404
      ? 'Check OPENAI_IMAGE_MODEL and the address of the backend.'
      : `It minds: ${codeOnly(code) || `status ${status}`}. Check OPENAI_IMAGE_MODEL.`;
  return operatorsFault('OpenAI did not accept the request', remedy, options);
}

const notLetIn = 'OpenAI did not let this bot in';
