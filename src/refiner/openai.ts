import { APIConnectionTimeoutError, APIError, type OpenAI } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { CallOptions } from '../embedder/embedder.ts';
import type { Logger } from '../log.ts';
import { createOpenAiClient } from '../openai/client.ts';
import { safeDetails } from '../openai/safe-details.ts';
import { orAborted } from '../or-aborted.ts';
import { longestPrompt, readAnswer, requestedAnswer, toRefinement } from './chat-answer.ts';
import { askAgain, type ChatMessage, startConversation } from './chat-messages.ts';
import type { Refinement, RefineRequest, Refiner } from './refiner.ts';

export interface OpenAiRefinerSettings {
  apiKey: string;
  /** Of any server with the chat completions API (OpenAI, Ollama, vLLM, llama.cpp); the key is sent there. */
  baseUrl?: string | undefined;
  model: string;
  log: Logger;
  /** Refines when the model can't. */
  fallback: Refiner;
  /** Of one request, in milliseconds; all of them together may take twice as long. */
  timeoutMs?: number | undefined;
}

const responseFormat = zodResponseFormat(requestedAnswer, 'refinement');

/** Why the model gave no refinement: what people see, and what the operator finds in the log. */
interface Failure {
  notice: string;
  hint: string;
}

class NoRefinement extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure.hint, options);
    this.failure = failure;
  }
}

/**
 * Refines with a chat model, by structured output. An answer that can't be used is asked for once more; then, and on
 * every other failure, the fallback refines and the refinement carries a notice. Throws only when aborted.
 */
export function createOpenAiRefiner(settings: OpenAiRefinerSettings): Refiner {
  const timeout = settings.timeoutMs ?? 30_000;
  const client = createOpenAiClient({ ...settings, timeout, maxRetries: 2 });
  const name = `openai:${settings.model}`;
  return {
    name,
    async refine(request, options) {
      options?.signal?.throwIfAborted();
      const deadline = AbortSignal.timeout(timeout * 2);
      const signal = options?.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
      try {
        // The package sleeps through an abort while it waits to retry, for as long as the server's Retry-After says.
        return await orAborted(ask(client, settings.model, name, request, signal), signal);
      } catch (error) {
        options?.signal?.throwIfAborted();
        return fallBack(settings, request, options, toFailure(error, deadline.aborted), error);
      }
    },
  };
}

async function ask(
  client: OpenAI,
  model: string,
  refiner: string,
  request: RefineRequest,
  signal: AbortSignal,
): Promise<Refinement> {
  if (request.text.length > longestPrompt) throw new NoRefinement(tooLong);
  const { messages, neighbours } = startConversation(request);
  const first = await attempt(client, model, messages, { structured: true, signal });
  if ('answer' in first) return toRefinement(first.answer, request, neighbours, refiner);
  const again = askAgain(messages, first.reply, first.fault);
  const second = await attempt(client, model, again, { structured: first.structured, signal });
  if ('answer' in second) return toRefinement(second.answer, request, neighbours, refiner);
  throw new NoRefinement(unusable, { cause: second.fault });
}

interface Attempt {
  /** False once the server refused the schema. */
  structured: boolean;
  signal: AbortSignal;
}

async function attempt(client: OpenAI, model: string, messages: ChatMessage[], { structured, signal }: Attempt) {
  try {
    const completion = await client.chat.completions.create(
      { model, messages, ...(structured ? { response_format: responseFormat } : {}) },
      { signal },
    );
    const choice = completion.choices?.[0];
    if (choice?.message?.refusal || choice?.finish_reason === 'content_filter') throw new NoRefinement(declined);
    const reply = choice?.message?.content ?? '';
    return { ...readAnswer(reply), reply, structured };
  } catch (error) {
    if (error instanceof NoRefinement || signal.aborted) throw error;
    if (!(error instanceof APIError)) return { fault: 'the reply broke off or was no JSON', reply: '', structured };
    if (error.status === 400 && structured && !isPolicy(error))
      return { fault: 'use plain JSON', reply: '', structured: false };
    throw error;
  }
}

async function fallBack(
  settings: OpenAiRefinerSettings,
  request: RefineRequest,
  options: CallOptions | undefined,
  { notice, hint }: Failure,
  error: unknown,
): Promise<Refinement> {
  const why = error instanceof NoRefinement ? { fault: error.cause } : safeDetails(error);
  settings.log.warn({ model: settings.model, ...why }, hint);
  const refinement = await settings.fallback.refine(request, options);
  return { ...refinement, notice: [notice, refinement.notice].filter(Boolean).join(' ') };
}

const insteadOfModel = 'so similar prompts alone refined this one.';
const unreachable = `The language model can't be reached now, ${insteadOfModel}`;
const declined: Failure = {
  notice: `The language model declined this prompt, ${insteadOfModel}`,
  hint: 'The language model declined a prompt',
};
const unusable: Failure = {
  notice: `The language model gave no usable answer, ${insteadOfModel}`,
  hint: 'The language model gave no usable answer twice; a larger model in OPENAI_MODEL may help',
};
const tooLong: Failure = {
  notice: `The prompt is too long for the language model, ${insteadOfModel}`,
  hint: 'A prompt was too long for the language model',
};

function toFailure(error: unknown, timedOut: boolean): Failure {
  if (error instanceof NoRefinement) return error.failure;
  if (timedOut || error instanceof APIConnectionTimeoutError) {
    return { notice: unreachable, hint: 'The language model took too long to answer' };
  }
  if (!(error instanceof APIError)) return { notice: unreachable, hint: 'The language model failed' };
  if (isPolicy(error)) return declined;
  return { notice: unreachable, hint: hintFor(error.status) };
}

function hintFor(status: number | undefined): string {
  if (status === 401 || status === 403) return 'The language model refused the key: check OPENAI_API_KEY';
  if (status === 404) return 'The language model was not found: check OPENAI_MODEL and OPENAI_BASE_URL';
  if (status === 429) return 'The language model is over its rate limit or quota: check the plan of OPENAI_API_KEY';
  if (status === undefined) return 'The language model is unreachable: check OPENAI_BASE_URL and the network';
  return 'The language model failed';
}

function isPolicy(error: APIError): boolean {
  return ['content_policy_violation', 'content_filter', 'moderation_blocked'].includes(error.code ?? '');
}
