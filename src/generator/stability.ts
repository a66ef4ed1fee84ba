import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { GeneratedImage, GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';
import { createHttpClient, type HttpAnswer, isGood } from './http.ts';
import { retryAfterMs } from './http-faults.ts';
import { readBase64Picture } from './picture.ts';
import { seedAt } from './seeds.ts';
import { serve } from './serve.ts';
import { fitSource } from './source.ts';
import { failureOf, picture, refusal, surelyMadeNothing } from './stability/answers.ts';
import { formOf, guidanceFor, longestText } from './stability/form.ts';
import { aspectSizes, modelNamed, stabilityModels } from './stability/models.ts';

export interface StabilitySettings {
  apiKey: string;
  /** Of a server with the same API; undefined: Stability's own. The key is sent there. */
  url?: string | undefined;
  name?: string | undefined;
  /** One of `stabilityModels`; `core` unless told. */
  model?: string | undefined;
  /** CFG scale, for the models that take one. */
  guidance?: number | undefined;
  /** Milliseconds for one picture. */
  timeoutMs?: number | undefined;
  /** Milliseconds to wait before each further try of a call that made nothing, unless the service says how long. */
  retryMs?: readonly number[] | undefined;
}

const officialUrl = 'https://api.stability.ai';
const usualTimeoutMs = 180_000;
const usualRetryMs = [2_000, 10_000];
// The service names 60 seconds at most; whoever says more is not waited for.
const longestWaitMs = 60_000;
const callsAtOnce = 3;

/**
 * Stability AI's v2beta API. It makes one picture a call, so a run is several, a few at once. A call that was paid for
 * is never made twice: only those are tried again of which the service says that it made nothing.
 */
export function createStabilityGenerator(settings: StabilitySettings): ImageGenerator {
  const {
    name = 'stability',
    model: usualModel = 'core',
    timeoutMs = usualTimeoutMs,
    retryMs = usualRetryMs,
  } = settings;
  const client = createHttpClient({
    name: 'Stability AI',
    url: settings.url ?? officialUrl,
    headers: {
      authorization: `Bearer ${settings.apiKey}`,
      accept: 'application/json',
      'stability-client-id': 'promptory',
    },
    settings: { url: 'the address in IMAGE_BACKENDS', login: 'STABILITY_API_KEY' },
    notFound: 'that the model still exists',
  });
  const sides = aspectSizes.flatMap(({ width, height }) => [width, height]);
  const limits = {
    maxCount: 4,
    minSide: Math.min(...sides),
    maxSide: Math.max(...sides),
    sideMultiple: 64,
    sizes: aspectSizes,
    usualPixels: 1024 * 1024,
    hasSeed: true,
    hasNegativePrompt: true,
    hasSource: modelNamed(usualModel).hasSource,
  };

  async function drawAll(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult> {
    const model = request.model ?? usualModel;
    const { hasSource } = modelNamed(model);
    const source = request.source && hasSource ? await fitSource(request.source.bytes, request) : undefined;
    const failed = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
    const calls = new PQueue({ concurrency: callsAtOnce });
    let done = 0;
    const drawNext = async (index: number) => {
      const seed = seedAt(request.seed, index);
      const image = await draw({ ...request, seed }, model, source, signal).catch((error: unknown) => {
        // The others need not be begun, nor paid for.
        failed.abort(error);
        throw error;
      });
      done += 1;
      options.onProgress?.({ fraction: done / request.count });
      return image && { ...image, seed };
    };
    const made = await calls.addAll(Array.from({ length: request.count }, (_, index) => () => drawNext(index)));
    const images = withoutWithheld(made);
    const ignoresSource = request.source !== undefined && !hasSource;
    return { images, generator: name, model, notices: noticesOf(request, images, { ignoresSource, model }) };
  }

  /** Undefined where the moderation withheld the picture. */
  async function draw(request: ImageRequest, model: string, source: Uint8Array | undefined, signal: AbortSignal) {
    const known = modelNamed(model);
    const path = `/v2beta/stable-image/generate/${known.endpoint}`;
    const guidance = guidanceFor(known, settings.guidance);
    const form = formOf(request, known, { source, guidance });
    const answer = await patiently(() => client.send({ path, form, timeoutMs, signal }), signal);
    if (!isGood(answer)) throw failureOf(client, answer);
    const { image, finish_reason: reason } = client.read(answer, picture);
    if (reason === 'CONTENT_FILTERED') return undefined;
    return { ...(await readBase64Picture(image, client.name)), sampling: { guidance } };
  }

  async function patiently(send: () => Promise<HttpAnswer>, signal: AbortSignal): Promise<HttpAnswer> {
    let answer = await send();
    for (const usual of retryMs) {
      const wait = retryAfterMs(answer) ?? usual;
      if (!surelyMadeNothing(answer) || wait > longestWaitMs) return answer;
      await sleep(wait, undefined, { signal });
      answer = await send();
    }
    return answer;
  }

  const self: ImageGenerator = {
    name,
    model: usualModel,
    limits,
    models: async () => [...stabilityModels.keys()],
    generate: (request, options = {}) => serve(self, request, options, drawAll),
  };
  return self;
}

function withoutWithheld(made: readonly (GeneratedImage | undefined)[]): GeneratedImage[] {
  const images = made.filter((image) => image !== undefined);
  if (images.length === 0) throw refusal();
  return images;
}

function noticesOf(
  { prompt, negativePrompt = '', count }: ImageRequest,
  images: readonly GeneratedImage[],
  { ignoresSource, model }: { ignoresSource: boolean; model: string },
): string[] {
  const withheld = count - images.length;
  const isCut = Math.max(prompt.trim().length, negativePrompt.trim().length) > longestText;
  return [
    ...(withheld > 0 ? [`The content moderation of Stability AI withheld ${withheld} of ${count} pictures.`] : []),
    ...(isCut ? [`Stability AI reads ${longestText} characters; the rest was left out.`] : []),
    ...(ignoresSource ? [`The model ${model} can't start from a picture, so it drew from the text alone.`] : []),
  ];
}
