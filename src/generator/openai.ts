import { setTimeout as pause } from 'node:timers/promises';
import { toFile } from 'openai';
import { createOpenAiClient } from '../openai/client.ts';
import type { Quality } from './backend-settings.ts';
import { foldNegative } from './fold-negative.ts';
import type { GeneratedImage, GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';
import { isRateLimit, isUnknownModel, toBotError } from './openai/failures.ts';
import { readImages } from './openai/read.ts';
import { readBase64Picture } from './picture.ts';
import { seedAt } from './seeds.ts';
import { serve } from './serve.ts';
import { fitSource } from './source.ts';
import { tookTooLong } from './took-too-long.ts';
import { unknownModel } from './unknown-model.ts';

export interface OpenAiImagesSettings {
  apiKey: string;
  /** `openai` unless told. */
  name?: string | undefined;
  /** Of any server with the same API; undefined: OpenAI's own. The key is sent there. */
  baseUrl?: string | undefined;
  /** `gpt-image-2` unless told. */
  model?: string | undefined;
  /** The service's own choice unless told. */
  quality?: Quality | undefined;
  /** Of one run, in milliseconds. */
  timeoutMs: number;
  /** Milliseconds to wait before each further try after a rate limit. */
  retryMs?: readonly number[] | undefined;
}

const sender = 'OpenAI';
const usualModel = 'gpt-image-2';
const longestPrompt = 32_000;
const usualRetryMs = [3_000, 15_000];
/** Each costs some tokens. */
const previews = 2;

const limits = {
  maxCount: 10,
  minSide: 1024,
  maxSide: 1536,
  sideMultiple: 512,
  sizes: [
    { width: 1024, height: 1024 },
    { width: 1536, height: 1024 },
    { width: 1024, height: 1536 },
  ],
  usualPixels: 1024 * 1024,
  hasSeed: false,
  hasNegativePrompt: false,
  hasSource: true,
};

/**
 * OpenAI's image API (https://platform.openai.com/docs/api-reference/images). It knows no seeds: pictures carry the
 * run's seeds by number alone, and the same seed gives another picture. What is unwanted becomes a sentence of the
 * prompt. A picture to start from is edited, for which there is no strength. Only a rate limit is tried again, since every
 * other answer may have been paid for.
 */
export function createOpenAiGenerator(settings: OpenAiImagesSettings): ImageGenerator {
  const { name = 'openai', model = usualModel } = settings;
  // Its own clock would only run until the headers, and its retries would pay twice.
  const client = createOpenAiClient({ ...settings, timeout: settings.timeoutMs * 2, maxRetries: 0 });

  async function models({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    try {
      const known: string[] = [];
      for await (const { id } of client.models.list({ signal })) if (/image|dall-e/i.test(id)) known.push(id);
      return [model, ...known.filter((id) => id !== model).sort()];
    } catch (error) {
      signal?.throwIfAborted();
      throw toBotError(error);
    }
  }

  async function draw(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult> {
    const used = request.model ?? model;
    // The service tells nothing until the first preview, or of several pictures until all are there.
    options.onProgress?.({ fraction: 0 });
    const found = await ask(request, used, options);
    const images = await Promise.all(
      found.map(async (text, index): Promise<GeneratedImage> => {
        return { ...(await readBase64Picture(text, sender)), seed: seedAt(request.seed, index) };
      }),
    );
    return { images, generator: name, model: used, notices: [] };
  }

  async function ask(request: ImageRequest, used: string, { signal, onProgress }: GenerateOptions): Promise<string[]> {
    const timeout = AbortSignal.timeout(settings.timeoutMs);
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      const source = request.source && (await fitSource(request.source.bytes, request));
      const response = await aroundRateLimits(() => send(request, used, source, both), both);
      return await readImages(client, response, { previews, onProgress });
    } catch (error) {
      signal?.throwIfAborted();
      if (request.model !== undefined && isUnknownModel(error)) throw unknownModel(used, await models({ signal }));
      const fault = toBotError(error);
      throw timeout.aborted ? tookTooLong(sender, settings.timeoutMs, fault.cause) : fault;
    }
  }

  async function aroundRateLimits<Value>(run: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    for (const wait of settings.retryMs ?? usualRetryMs) {
      try {
        return await run();
      } catch (error) {
        if (!isRateLimit(error)) throw error;
        await pause(wait, undefined, { signal });
      }
    }
    return run();
  }

  async function send(request: ImageRequest, used: string, source: Uint8Array | undefined, signal: AbortSignal) {
    const body = {
      model: used,
      prompt: foldNegative(request.prompt.trim() || 'a picture', request.negativePrompt, longestPrompt),
      n: request.count,
      ...(settings.quality === undefined ? {} : { quality: settings.quality }),
      size: `${request.width}x${request.height}`,
      // Several pictures come in one answer: the events do not say which they belong to.
      ...(request.count === 1 ? { stream: true as const, partial_images: previews } : {}),
    };
    if (!source) return client.images.generate(body, { signal }).asResponse();
    const image = await toFile(source, 'source.png', { type: 'image/png' });
    return client.images.edit({ ...body, image }, { signal }).asResponse();
  }

  const self: ImageGenerator = {
    name,
    model,
    limits,
    models,
    generate: (request, options = {}) => serve(self, request, options, draw),
  };
  return self;
}
