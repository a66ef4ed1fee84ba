import { setTimeout as sleep } from 'node:timers/promises';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { asFault, GeneratorFault, inShort } from './fault.ts';
import type { GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';
import { createHttpClient, type HttpAnswer, isGood } from './http.ts';
import { retryAfterMs } from './http-faults.ts';
import { readBase64Picture } from './picture.ts';
import { seedAt } from './seeds.ts';
import { serve } from './serve.ts';
import { fitSource } from './source.ts';
import { failureOf, picture, refusal, surelyMadeNothing } from './stability/answers.ts';
import { makeCalls } from './stability/calls.ts';
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
  /** Hears why a run has fewer pictures than asked for. */
  log?: Logger | undefined;
}

const officialUrl = 'https://api.stability.ai';
const usualTimeoutMs = 180_000;
const usualRetryMs = [2_000, 10_000];
// The service names 60 seconds at most; whoever says more is not waited for.
const longestWaitMs = 60_000;

/**
 * Stability AI's v2beta API. It makes one picture a call, so a run is several, a few at once. A call that was paid for
 * is never made twice: only those are tried again of which the service says that it made nothing. Where some fail, the
 * pictures of the others are the result, with a notice.
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
    settings: { url: 'the address in IMAGE_BACKENDS', login: 'STABILITY_API_KEY, or the key in its address' },
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
    hasSource: true,
    sourceModels: [...stabilityModels].flatMap(([known, { hasSource }]) => (hasSource ? [known] : [])),
  };

  async function drawAll(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult> {
    const model = request.model ?? usualModel;
    const { hasSource } = modelNamed(model);
    const source = request.source && hasSource ? await fitSource(request.source.bytes, request) : undefined;
    let done = 0;
    const drawNext = async (index: number) => {
      const seed = seedAt(request.seed, index);
      const image = await draw({ ...request, seed }, model, source, options.signal);
      done += 1;
      options.onProgress?.({ fraction: done / request.count });
      return image && { ...image, seed };
    };
    const { values, failures } = await makeCalls(request.count, drawNext);
    options.signal?.throwIfAborted();
    const images = values.filter((image) => image !== undefined);
    if (images.length === 0) throw nothingMade(failures, { isAnswered: values.length > 0 });
    const ignoresSource = request.source !== undefined && !hasSource;
    const withheld = values.length - images.length;
    const notices = [
      ...noticesOf(request, { withheld, ignoresSource, model }),
      ...fewerNotices(request, values.length, failures),
    ];
    return { images, generator: name, model, notices };
  }

  function fewerNotices({ count }: ImageRequest, answered: number, [first]: readonly unknown[]): string[] {
    if (first === undefined) return [];
    const error = first instanceof BotError ? first : asFault(first);
    settings.log?.warn({ backend: name, err: error }, 'an image backend made only a part of what was asked for');
    return [`Only ${answered} of ${count} pictures could be made: ${inShort(error)}`];
  }

  /** Undefined where the moderation withheld the picture. */
  async function draw(request: ImageRequest, model: string, source: Uint8Array | undefined, signal?: AbortSignal) {
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

  async function patiently(send: () => Promise<HttpAnswer>, signal?: AbortSignal): Promise<HttpAnswer> {
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

/** Why a run has no picture. A call that was answered, or may have been, may have cost money. */
function nothingMade([first, ...others]: readonly unknown[], { isAnswered }: { isAnswered: boolean }): unknown {
  if (first === undefined) return refusal();
  const mayHaveCost = isAnswered || others.some((other) => !(other instanceof GeneratorFault && other.madeNothing));
  return first instanceof GeneratorFault && mayHaveCost ? first.with({ madeNothing: false }) : first;
}

function noticesOf(
  { prompt, negativePrompt = '', count }: ImageRequest,
  { withheld, ignoresSource, model }: { withheld: number; ignoresSource: boolean; model: string },
): string[] {
  const isCut = Math.max(prompt.trim().length, negativePrompt.trim().length) > longestText;
  return [
    ...(withheld > 0 ? [`The content moderation of Stability AI withheld ${withheld} of ${count} pictures.`] : []),
    ...(isCut ? [`Stability AI reads ${longestText} characters; the rest was left out.`] : []),
    ...(ignoresSource ? [`The model ${model} can't start from a picture, so it drew from the text alone.`] : []),
  ];
}
