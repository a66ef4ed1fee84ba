import { APIError, type OpenAI } from 'openai';
import sharp from 'sharp';
import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { BotError } from '../errors.ts';
import { createOpenAiClient } from '../generator/openai/client.ts';
import type { Logger } from '../log.ts';
import { orAborted } from '../or-aborted.ts';
import type { Moderator, Verdict } from './moderator.ts';

export interface OpenAiModerationSettings {
  apiKey: string;
  /** Undefined: OpenAI's own. */
  baseUrl?: string | undefined;
  /** Pictures too, not only texts. */
  pictures: boolean;
  /** What nobody could judge may pass. */
  passesWhenDown: boolean;
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
  const { passesWhenDown, log, timeoutMs = usualTimeoutMs } = settings;
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
      log.warn({ ...safeDetails(error), passed: passesWhenDown }, "OpenAI's moderation gave no judgement");
      if (passesWhenDown) return {};
      throw unavailable(error);
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

function unavailable(error: unknown): BotError {
  const why =
    error instanceof APIError && error.status === 404
      ? 'The server of OPENAI_BASE_URL has no moderation: the operator can set OPENAI_MODERATION=off.'
      : "OpenAI's moderation can't be asked now, and nothing is made unchecked. Try again in a few minutes.";
  return new BotError('moderation_unavailable', why, { cause: new Error(JSON.stringify(safeDetails(error))) });
}

/** What of an error may be logged: servers echo keys and prompts in error bodies. */
function safeDetails(error: unknown) {
  if (error instanceof APIError) return { reason: error.name, status: error.status, code: error.code };
  return { reason: error instanceof Error ? error.name : typeof error };
}
