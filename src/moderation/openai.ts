import { APIError, type OpenAI } from 'openai';
import sharp from 'sharp';
import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { BotError, seeLog } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createOpenAiClient } from '../openai/client.ts';
import { safeDetails } from '../openai/safe-details.ts';
import { orAborted } from '../or-aborted.ts';
import type { Moderator, Verdict } from './moderator.ts';

/** The settings that the operator reads as the remedy. */
interface Remedies {
  address: string;
  key: string;
}

export interface OpenAiModerationSettings {
  apiKey: string;
  /** Undefined: OpenAI's own. */
  baseUrl?: string | undefined;
  /** Pictures too, not only texts. */
  pictures: boolean;
  /** What nobody could judge because the service is down may pass; never for a wrong key or address, or a request that it does not take. */
  passesWhenDown: boolean;
  remedies: Remedies;
  log: Logger;
  /** Of one judgement with its retries, in milliseconds. */
  timeoutMs?: number | undefined;
}

type Input = OpenAI.ModerationCreateParams['input'];

export const moderationModel = 'omni-moderation-latest';
const usualTimeoutMs = 15_000;
/** Pixels: more adds nothing to the judgement, but to the upload. */
const judgedSide = 768;

// Categories may be null, and more may come: https://platform.openai.com/docs/api-reference/moderations/object
const answer = z.object({
  results: z.array(z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.boolean().nullish()) })).min(1),
});

/**
 * OpenAI's moderation. What it flags as `sexual` alone is marked as adult; every other category refuses, and so does a
 * flag without a category. The account behind the key is not charged for it.
 */
export function createOpenAiModerator(settings: OpenAiModerationSettings): Moderator {
  const { passesWhenDown, remedies, log, timeoutMs = usualTimeoutMs } = settings;
  const client = createOpenAiClient({ ...settings, timeout: timeoutMs, maxRetries: 2 });

  async function judge(input: Input, what: string, { signal }: CallOptions = {}): Promise<Verdict> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
    try {
      // The package sleeps through an abort while it waits to retry, for as long as the server's Retry-After says.
      const work = client.moderations.create({ model: moderationModel, input }, { signal: either });
      return verdictOf(answer.parse(await orAborted(work, either)), what);
    } catch (error) {
      signal?.throwIfAborted();
      const passed = passesWhenDown && !isMisset(error);
      log.warn({ ...safeDetails(error), passed }, "OpenAI's moderation gave no judgement");
      if (passed) return {};
      throw unavailable(error, remedies);
    }
  }

  return {
    judgeTexts: (texts, options) => judge([{ type: 'text', text: texts.join('\n') }], 'words', options),
    // One picture a request: the API takes no more.
    judgePictures: settings.pictures
      ? (pictures, options) =>
          Promise.all(pictures.map(async (bytes) => judge([await pictureInput(bytes)], 'picture', options)))
      : undefined,
  };
}

async function pictureInput(bytes: Uint8Array): Promise<OpenAI.ModerationImageURLInput> {
  const small = await sharp(bytes)
    .resize(judgedSide, judgedSide, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 85 })
    .toBuffer();
  return { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${small.toString('base64')}` } };
}

function verdictOf({ results }: z.infer<typeof answer>, what: string): Verdict {
  const flagged = results.flatMap(({ categories }) =>
    Object.entries(categories).flatMap(([category, isFlagged]) => (isFlagged ? [category] : [])),
  );
  const isFlagged = results.some((result) => result.flagged) || flagged.length > 0;
  if (!isFlagged) return {};
  const others = flagged.filter((category) => category !== 'sexual');
  const rule = (categories: readonly string[]) => {
    const named = categories.length > 0 ? categories.join(', ') : 'no named category';
    return { name: `openai: ${named}`, reason: `OpenAI's moderation finds ${named} in the ${what}` };
  };
  return {
    refused: others.length > 0 || flagged.length === 0 ? rule(others) : undefined,
    adult: flagged.includes('sexual') ? rule(['sexual']) : undefined,
  };
}

/** What passes by itself: too much to do, or two requests at once. */
const passing = [408, 409, 429];

/** It does not moderate as it is set up, or not what it was asked: nobody waits for that to pass, so neither may a prompt. */
function isMisset(error: unknown): boolean {
  if (!(error instanceof APIError)) return error instanceof z.ZodError;
  const { status = 0 } = error;
  return status >= 400 && status < 500 && !passing.includes(status);
}

function unavailable(error: unknown, remedies: Remedies): BotError {
  const cause = new Error(JSON.stringify(safeDetails(error)));
  const what = "The moderation can't be asked now, and nothing is made unchecked";
  if (!isMisset(error)) {
    const remedy = `Check that ${remedies.address} is right and its server runs; OPENAI_MODERATION_DOWN=pass lets all pass meanwhile.`;
    return new BotError('moderation_unavailable', `${what}. Try again in a few minutes.`, {
      cause,
      forOperator: `${what}. ${remedy}`,
    });
  }
  const remedy = remedyFor(error, remedies);
  return new BotError('moderation_unavailable', `${what}; ${seeLog}.`, { cause, forOperator: `${what}. ${remedy}` });
}

function remedyFor(error: unknown, { address, key }: Remedies): string {
  const status = error instanceof APIError ? error.status : undefined;
  if (status === 401 || status === 403) return `It refused the login: check ${key}.`;
  const what =
    status === undefined || status === 404 || status === 405
      ? 'has no moderation'
      : `minds the request (status ${status})`;
  return `The server of ${address} ${what}: name another one in OPENAI_MODERATION_BASE_URL, set OPENAI_MODERATION_API_KEY alone for OpenAI's own, or OPENAI_MODERATION=off.`;
}
