import { randomUUID } from 'node:crypto';
import { modelList } from './a1111/answers.ts';
import { type Drawn, type Run, readDrawn } from './a1111/read.ts';
import { abandon, look, watch } from './a1111/task.ts';
import { GeneratorFault } from './fault.ts';
import type { GeneratedImage, GenerateOptions, GenerationResult, ImageGenerator, ImageRequest } from './generator.ts';
import { createHttpClient, isTimeout } from './http.ts';
import { partOf } from './progress.ts';
import { unwrappedRuns } from './seeds.ts';
import { serve } from './serve.ts';
import { fitSource } from './source.ts';
import { placesToMend, type StableDiffusionSettings, stableDiffusionLimits } from './stable-diffusion.ts';
import { tookTooLong } from './took-too-long.ts';
import { unknownModel, unknownSetModel } from './unknown-model.ts';

export interface A1111Settings extends StableDiffusionSettings {
  /** Milliseconds for one run; 10 minutes unless told. */
  timeoutMs?: number | undefined;
  /** Milliseconds between looks at the progress. */
  pollMs?: number | undefined;
}

const usualTimeoutMs = 600_000;
const usualPollMs = 1_000;

/**
 * AUTOMATIC1111, Forge and SD.Next, by `/sdapi/v1` (start them with `--api`; the login is that of `--api-auth`). Pictures are made one after the other
 * (`n_iter`), so that a run needs the memory of one picture and picture i is what seed + i gives alone.
 */
export function createA1111Generator(settings: A1111Settings): ImageGenerator {
  const { url, name = 'a1111', timeoutMs = usualTimeoutMs, pollMs = usualPollMs } = settings;
  const client = createHttpClient({
    name: 'The Stable Diffusion server',
    url,
    settings: placesToMend,
    notFound: 'start the server with --api',
  });
  const limits = stableDiffusionLimits(settings, { sideMultiple: 8 });
  let running = 0;

  async function models(options: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    const list = await client.ask({ path: '/sdapi/v1/sd-models', signal: options.signal }, modelList);
    return list.map(({ model_name }) => model_name);
  }

  /** A name the server does not know would silently be drawn with whichever model is loaded. */
  async function checkpointFor(request: ImageRequest, signal: AbortSignal | undefined) {
    const wanted = request.model ?? settings.model;
    if (wanted === undefined) return undefined;
    const known = await client.ask({ path: '/sdapi/v1/sd-models', signal }, modelList);
    const found = known.find(({ model_name, title }) => model_name === wanted || title === wanted);
    if (found) return found;
    const names = known.map(({ model_name }) => model_name);
    throw request.model === undefined ? unknownSetModel(client.name, wanted, names) : unknownModel(wanted, names);
  }

  async function drawAll(request: ImageRequest, options: GenerateOptions): Promise<GenerationResult> {
    const checkpoint = await checkpointFor(request, options.signal);
    const source = request.source && (await fitSource(request.source.bytes, request));
    const images: GeneratedImage[] = [];
    let model: string | undefined;
    const { steps, guidance, sampler } = settings;
    for (const part of unwrappedRuns(request.seed, request.count)) {
      const run = { ...part, sampling: { steps, guidance, sampler } };
      const path = source ? '/sdapi/v1/img2img' : '/sdapi/v1/txt2img';
      const body = { ...bodyOf({ ...request, ...part }, checkpoint?.title), ...sourceFields(source, request) };
      const share = { done: images.length, count: part.count, total: request.count };
      const onProgress = options.onProgress && partOf(options.onProgress, share);
      const made = await draw(path, body, run, { signal: options.signal, onProgress });
      images.push(...made.images);
      model ??= made.model;
    }
    // The server's own name for a checkpoint in a subfolder is not the one it lists.
    const used = checkpoint?.model_name ?? model ?? self.model;
    return { images, generator: name, model: used, notices: missing(request, images) };
  }

  async function draw(path: string, body: object, run: Run, options: GenerateOptions): Promise<Drawn> {
    const before = await look(client, { signal: options.signal });
    options.signal?.throwIfAborted();
    const task = {
      id: `task(promptory-${randomUUID()})`,
      startedAlone: running === 0 && before?.state.job_count === 0,
    };
    const json = { ...body, force_task_id: task.id };
    const connection = new AbortController();
    const ended = new AbortController();
    // The connection stays until the interrupt is through: while it is open the task is ours to stop.
    const giveUp = () => abandon(client, task, { pollMs, forMs: timeoutMs });
    const stop = () => giveUp().finally(() => connection.abort());
    options.signal?.addEventListener('abort', stop, { once: true });
    running += 1;
    const watching =
      options.onProgress && watch(client, task, { pollMs, onProgress: options.onProgress, signal: ended.signal });
    let isOver = false;
    try {
      const answer = await client.send({ path, json, timeoutMs, signal: connection.signal });
      // What is above 500 comes from a gateway, that can give up earlier than the server behind it.
      isOver = answer.status <= 500;
      options.signal?.throwIfAborted();
      return await readDrawn(client, answer, run);
    } catch (error) {
      options.signal?.throwIfAborted();
      const isUnsent = error instanceof GeneratorFault && error.madeNothing;
      if (!isOver && !isUnsent) await giveUp();
      throw isTimeout(error) ? tookTooLong(client.name, timeoutMs, error) : error;
    } finally {
      running -= 1;
      options.signal?.removeEventListener('abort', stop);
      ended.abort();
      await watching;
    }
  }

  function bodyOf(request: ImageRequest, checkpoint: string | undefined) {
    const { prompt, negativePrompt = '', seed, count, width, height } = request;
    return {
      ...{ prompt, negative_prompt: negativePrompt, seed, width, height, batch_size: 1, n_iter: count },
      ...{ steps: settings.steps, cfg_scale: settings.guidance, sampler_name: settings.sampler },
      ...{ send_images: true, save_images: false },
      ...(checkpoint === undefined
        ? {}
        : { override_settings: { sd_model_checkpoint: checkpoint }, override_settings_restore_afterwards: true }),
    };
  }

  const self: ImageGenerator = {
    name,
    model: settings.model ?? 'the loaded checkpoint',
    limits,
    models,
    generate: (request, options = {}) => serve(self, request, options, drawAll),
  };
  return self;
}

function sourceFields(source: Uint8Array | undefined, request: ImageRequest) {
  if (!source) return {};
  return { init_images: [Buffer.from(source).toString('base64')], denoising_strength: request.source?.strength };
}

/** The server stops early when somebody interrupts it at its own page. */
function missing({ count }: ImageRequest, images: readonly GeneratedImage[]): string[] {
  return images.length < count ? [`The server made only ${images.length} of ${count} pictures.`] : [];
}
