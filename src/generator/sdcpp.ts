import type { GeneratedImage, GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';
import { createHttpClient, type HttpAnswer, isGood, parseJson } from './http.ts';
import { OutOfMemory, saysOutOfMemory } from './out-of-memory.ts';
import { readBase64Picture } from './picture.ts';
import { partOf } from './progress.ts';
import { capabilities, describeFailure, drawn, modelList } from './sdcpp/answers.ts';
import { follow, type JobTimes, submit } from './sdcpp/job.ts';
import { seedAt, unwrappedRuns } from './seeds.ts';
import { serve } from './serve.ts';
import { fitSource } from './source.ts';
import { placesToMend, type StableDiffusionSettings, stableDiffusionLimits } from './stable-diffusion.ts';
import { unknownModel } from './unknown-model.ts';

/** `model` only tells what the server was started with: it has one. Samplers are named as in `euler_a`. */
export interface SdcppSettings extends StableDiffusionSettings {
  times?: Partial<JobTimes> | undefined;
}

const usualTimes: JobTimes = { pollMs: 1_000, timeoutMs: 600_000, queueMs: 120_000 };

/**
 * stable-diffusion.cpp's `sd-server`: its own API of jobs (`/sdcpp/v1`), or on servers that have none yet the one they
 * share with A1111 (`/sdapi/v1`). It reports no seeds, so they are chosen here; picture i of a batch has seed + i there too.
 */
export function createSdcppGenerator(settings: SdcppSettings): ImageGenerator {
  const { name = 'sdcpp' } = settings;
  const times = { ...usualTimes, ...settings.times };
  const client = createHttpClient({
    name: 'The stable-diffusion.cpp server',
    url: settings.url,
    settings: placesToMend,
    notFound: 'that it is sd-server of a current build',
  });
  const limits = stableDiffusionLimits(settings, { sideMultiple: 64 });

  async function models({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    const answer = await client.send({ path: '/sdcpp/v1/capabilities', signal });
    if (answer.status !== 404) return [client.read(answer, capabilities).model.stem];
    const list = await client.ask({ path: '/sdapi/v1/sd-models', signal }, modelList);
    return list.map(({ model_name }) => model_name);
  }

  async function modelOf({ model }: ImageRequest, signal: AbortSignal | undefined): Promise<string> {
    const known = await models({ signal });
    if (model !== undefined && !known.includes(model)) {
      throw unknownModel(model, known, 'The server must be started anew for another one.');
    }
    return known[0] ?? self.model;
  }

  async function drawAll(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult> {
    const model = await modelOf(request, options.signal);
    const source = request.source && Buffer.from(await fitSource(request.source.bytes, request)).toString('base64');
    const images: GeneratedImage[] = [];
    for (const run of unwrappedRuns(request.seed, request.count)) {
      const part = { done: images.length, count: run.count, total: request.count };
      const onProgress = options.onProgress && partOf(options.onProgress, part);
      const pictures = await draw({ ...request, ...run }, source, { signal: options.signal, onProgress });
      images.push(...(await Promise.all(pictures.map((picture, index) => toImage(picture, seedAt(run.seed, index))))));
    }
    const notices =
      images.length < request.count ? [`The server made only ${images.length} of ${request.count} pictures.`] : [];
    return { images, generator: name, model, notices };
  }

  async function draw(request: ImageRequest, source: string | undefined, options: GenerateOptions): Promise<string[]> {
    const submitted = await submit(client, jobBody(request, source, settings), times, options.signal);
    if (submitted.status === 404) return drawByOldApi(request, source, options.signal);
    if (!isGood(submitted)) throw failureOf(submitted);
    return follow(client, submitted, times, options);
  }

  /** Answers only with the pictures: no progress, and an abort leaves the server at its work. */
  async function drawByOldApi(request: ImageRequest, source: string | undefined, signal: AbortSignal | undefined) {
    const path = source === undefined ? '/sdapi/v1/txt2img' : '/sdapi/v1/img2img';
    const json = oldBody(request, source, settings);
    const answer = await client.send({ path, json, timeoutMs: times.timeoutMs, signal });
    if (!isGood(answer)) throw failureOf(answer);
    const { images } = client.read(answer, drawn);
    if (images.length === 0) throw new OutOfMemory('no pictures');
    return images;
  }

  function failureOf(answer: HttpAnswer): Error {
    const { code, texts } = describeFailure(parseJson(answer.bytes));
    return saysOutOfMemory(texts) ? new OutOfMemory(code) : client.failure(answer, code);
  }

  async function toImage(picture: string, seed: number): Promise<GeneratedImage> {
    const { steps, guidance, sampler } = settings;
    return { ...(await readBase64Picture(picture, client.name)), seed, sampling: { steps, guidance, sampler } };
  }

  const self: ImageGenerator = {
    name,
    model: settings.model ?? 'the loaded model',
    limits,
    models,
    generate: (request, options = {}) => serve(self, request, options, drawAll),
  };
  return self;
}

function jobBody(request: ImageRequest, source: string | undefined, settings: SdcppSettings) {
  const { prompt, negativePrompt = '', seed, count, width, height } = request;
  const { steps, guidance, sampler } = settings;
  return {
    ...{ prompt, negative_prompt: negativePrompt, seed, width, height, batch_count: count, output_format: 'png' },
    sample_params: {
      sample_steps: steps,
      sample_method: sampler,
      guidance: guidance === undefined ? undefined : { txt_cfg: guidance },
    },
    ...(source === undefined ? {} : { init_image: source, strength: request.source?.strength }),
  };
}

function oldBody(request: ImageRequest, source: string | undefined, settings: SdcppSettings) {
  const { prompt, negativePrompt = '', seed, count, width, height } = request;
  const { steps, guidance, sampler } = settings;
  return {
    ...{ prompt, negative_prompt: negativePrompt, seed, width, height, batch_size: count },
    ...{ steps, cfg_scale: guidance, sampler_name: sampler },
    ...(source === undefined ? {} : { init_images: [source], denoising_strength: request.source?.strength }),
  };
}
