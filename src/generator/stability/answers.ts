import { z } from 'zod';
import { BotError, codeOnly } from '../../errors.ts';
import { GeneratorFault, operatorsFault } from '../fault.ts';
import { type HttpAnswer, type HttpClient, parseJson } from '../http.ts';

/** A good answer to `Accept: application/json`. */
export const picture = z.object({ image: z.string().catch(''), finish_reason: z.string().catch('SUCCESS') });

const failure = z.object({ name: z.string(), errors: z.array(z.string()).catch([]) });

/** The service says itself that it failed, so that it made (and charged) nothing; a gateway's 502 or 504 does not. */
export function surelyMadeNothing(answer: HttpAnswer): boolean {
  if (answer.status === 429) return true;
  return answer.status >= 500 && failure.safeParse(parseJson(answer.bytes)).success;
}

export function refusal(cause?: Error): BotError {
  return new BotError(
    'refused',
    'Stability AI refused this by its content moderation. Change the prompt or the picture; asking again gives the same.',
    { cause },
  );
}

/** What a bad answer means. The errors' texts go nowhere, only their names: they quote the prompt. */
export function failureOf(client: HttpClient, answer: HttpAnswer): BotError {
  const parsed = failure.safeParse(parseJson(answer.bytes));
  const name = parsed.success ? codeOnly(parsed.data.name) : '';
  const cause = new Error(`status ${answer.status} ${name}`.trim());
  if (name === 'content_moderation') return refusal(cause);
  if (answer.status === 402) {
    const remedy = 'Buy some at https://platform.stability.ai/account/credits.';
    return operatorsFault('Stability AI has no credits left for this bot', remedy, { cause, madeNothing: true });
  }
  if (name === 'invalid_language') {
    const message = 'Stability AI reads English only. Write the prompt in English.';
    return new GeneratorFault(message, { cause, madeNothing: true, isOfRequest: true });
  }
  const fault = client.failure(answer, name);
  return surelyMadeNothing(answer) ? fault.with({ madeNothing: true }) : fault;
}
