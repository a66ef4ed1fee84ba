import { createComfyuiApi } from './comfyui/api.ts';
import { readRejection, rejected } from './comfyui/failures.ts';
import { type JobOptions, runJob } from './comfyui/job.ts';
import { createJobProgress } from './comfyui/progress.ts';
import { builtInWorkflow, fillWorkflow, readOwnWorkflow, type Values, type Workflow } from './comfyui/workflow.ts';
import { GeneratorFault, operatorsFault } from './fault.ts';
import { foldNegative } from './fold-negative.ts';
import type {
  GeneratedImage,
  GenerateOptions,
  GeneratorLimits,
  ImageGenerator,
  ImageRequest,
  Sampling,
} from './generator.ts';
import { createHttpClient, type HttpAnswer } from './http.ts';
import { socketOf } from './login.ts';
import { readPicture } from './picture.ts';
import { seedAt } from './seeds.ts';
import { serve } from './serve.ts';
import { fitSource } from './source.ts';
import { placesToMend, type StableDiffusionSettings, stableDiffusionLimits } from './stable-diffusion.ts';
import { tookTooLong } from './took-too-long.ts';
import { unknownModel, unknownSetModel } from './unknown-model.ts';

/** The first model there is serves unless one is named. */
export interface ComfyuiSettings extends StableDiffusionSettings {
  /** The operator's own workflow files in API format; the built-in ones unless told. */
  workflow?: string | undefined;
  /** Starts from a picture. */
  sourceWorkflow?: string | undefined;
  /** Of one run, in milliseconds. */
  timeoutMs: number;
}

const sender = 'ComfyUI';
const usual = { steps: 25, guidance: 7, sampler: 'dpmpp_2m' };

/**
 * ComfyUI by its HTTP API and websocket. A run is one workflow a picture, one after the other, so that picture i has
 * seed + i and others get their turn between. Throws BotError `invalid_settings` at once for workflows that can't be used.
 */
export function createComfyuiGenerator(settings: ComfyuiSettings): ImageGenerator {
  const { url, name = 'comfyui', timeoutMs } = settings;
  const http = createHttpClient({
    name: sender,
    url,
    settings: placesToMend,
  });
  const api = createComfyuiApi(http);
  const socket = socketOf(url, '/ws');
  const workflows = workflowsOf(settings);
  const limits = limitsOf(settings, workflows);

  async function models(options: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    const { modelInput } = workflows.plain;
    if (!modelInput) return [model];
    const known = await api.choicesOf(modelInput, options);
    const first = known.filter((name) => name === settings.model);
    return [...first, ...known.filter((name) => name !== settings.model)];
  }

  async function generate(request: ImageRequest, options: GenerateOptions = {}) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    try {
      return await serve(self, request, { ...options, signal }, (fitting, given) => run(fitting, { ...given, signal }));
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw timeout.aborted ? tookTooLong(sender, timeoutMs, cause) : cause;
    }
  }

  async function run(request: ImageRequest, options: GenerateOptions & { signal: AbortSignal }) {
    const { signal } = options;
    const [workflow, source] = await prepare(request, signal);
    const used = await modelFor(request, signal);
    const values = { ...valuesOf(request, settings, limits), model: used, source };
    const progress = createJobProgress(request.count, workflow.samplers, options.onProgress);
    const sampling = samplingOf(workflow, samplingValues(settings));
    const images: GeneratedImage[] = [];
    for (let index = 0; index < request.count; index += 1) {
      const seed = seedAt(request.seed, index);
      const graph = fillWorkflow(workflow, { ...values, seed });
      const job: JobOptions = { socket, sender, signal, onMessage: progress.heard, onRejected };
      const [image] = await runJob(api, graph, job);
      if (image) images.push({ ...(await readPicture(await api.view(image, { signal }), sender)), seed, sampling });
      progress.finished(index);
    }
    return { images, generator: name, model: used, notices: [] };

    function onRejected(answer: HttpAnswer) {
      return rejection(answer, { workflow, used, isAsked: request.model !== undefined, signal });
    }
  }

  async function prepare(request: ImageRequest, signal: AbortSignal): Promise<[Workflow, string | undefined]> {
    if (!request.source) return [workflows.plain, undefined];
    if (!workflows.source)
      throw new GeneratorFault("ComfyUI can't start from a picture here. Leave the picture away.", {
        madeNothing: true,
      });
    const picture = await fitSource(request.source.bytes, request);
    return [workflows.source, await api.upload(picture, { signal })];
  }

  async function modelFor({ model: asked }: ImageRequest, signal: AbortSignal): Promise<string> {
    const own = asked ?? settings.model;
    if (own !== undefined && workflows.plain.modelInput) return own;
    const known = await models({ signal });
    if (asked !== undefined && !known.includes(asked)) throw unknownModel(asked, known);
    const [first] = known;
    if (first === undefined)
      throw operatorsFault(`${sender} has no model`, 'Put a checkpoint into its models folder.', { madeNothing: true });
    return first;
  }

  async function rejection(
    answer: HttpAnswer,
    { workflow, used, isAsked, signal }: { workflow: Workflow; used: string; isAsked: boolean; signal: AbortSignal },
  ): Promise<Error> {
    if (answer.status !== 400) return http.failure(answer);
    const found = readRejection(answer);
    const { modelInput } = workflow;
    const isModel = found.faults.some(
      ({ type, nodeClass, input }) =>
        type === 'value_not_in_list' && nodeClass === modelInput?.nodeClass && input === modelInput.input,
    );
    if (!isModel) return rejected(sender, found);
    const known = await models({ signal });
    return isAsked ? unknownModel(used, known) : unknownSetModel(sender, used, known);
  }

  const model = settings.model ?? modelIn(workflows.plain) ?? 'default';
  const self: ImageGenerator = { name, model, limits, models, generate };
  return self;
}

interface Workflows {
  plain: Workflow;
  source: Workflow | undefined;
}

function workflowsOf({ workflow, sourceWorkflow }: ComfyuiSettings): Workflows {
  if (!workflow && !sourceWorkflow) return { plain: builtInWorkflow('txt2img'), source: builtInWorkflow('img2img') };
  return {
    plain: workflow ? readOwnWorkflow('COMFYUI_WORKFLOW', workflow) : builtInWorkflow('txt2img'),
    source: sourceWorkflow ? readOwnWorkflow('COMFYUI_SOURCE_WORKFLOW', sourceWorkflow) : undefined,
  };
}

function limitsOf(settings: ComfyuiSettings, { plain, source }: Workflows): GeneratorLimits {
  const model = settings.model ?? modelIn(plain);
  return {
    ...stableDiffusionLimits({ ...settings, model }, { sideMultiple: 64 }),
    hasNegativePrompt: plain.has.has('negative_prompt'),
    hasSource: source !== undefined,
  };
}

/** The model that a workflow without `%model%` loads, by the input names of ComfyUI's own loaders. */
function modelIn({ graph }: Workflow): string | undefined {
  const loaded = Object.values(graph).map(({ inputs }) => inputs['ckpt_name'] ?? inputs['unet_name']);
  return loaded.find((name): name is string => typeof name === 'string' && name !== '%model%');
}

function valuesOf(request: ImageRequest, settings: ComfyuiSettings, { hasNegativePrompt }: GeneratorLimits): Values {
  const { prompt, negativePrompt, width, height, source } = request;
  return {
    prompt: hasNegativePrompt ? prompt : foldNegative(prompt, negativePrompt),
    negative_prompt: negativePrompt ?? '',
    width,
    height,
    strength: source?.strength ?? 1,
    ...samplingValues(settings),
  };
}

function samplingValues({ steps, guidance, sampler }: ComfyuiSettings) {
  return { steps: steps ?? usual.steps, guidance: guidance ?? usual.guidance, sampler: sampler ?? usual.sampler };
}

/** What a workflow takes from us; the rest it has by itself. */
function samplingOf({ has }: Workflow, values: ReturnType<typeof samplingValues>): Sampling {
  return {
    steps: has.has('steps') ? values.steps : undefined,
    guidance: has.has('guidance') ? values.guidance : undefined,
    sampler: has.has('sampler') ? values.sampler : undefined,
  };
}
