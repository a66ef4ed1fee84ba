import { z } from 'zod';
import { draw } from '../draw.ts';
import { type ImageServer, type ImageServerReply, type ImageServerRequest, startImageServer } from '../image-server.ts';
import { createJobManager, type FakeJob, type JobManager } from './jobs.ts';

export interface FakeSdcpp extends ImageServer {
  jobs: JobManager;
}

interface SdcppOptions {
  /** False: a build before `/sdcpp/v1`. */
  hasJobs?: boolean;
  /** Tells steps of a job, as later builds. */
  tellsSteps?: boolean;
  maxPending?: number;
  /** Pixels of one picture above which memory is short. */
  memory?: number;
}

const model = 'sd-turbo-q8_0';

/**
 * stable-diffusion.cpp's sd-server (examples/server: routes_sdcpp.cpp, routes_sdapi.cpp, api.md) on a free port. Its
 * JSON reader is strict (nlohmann): half a surrogate pair is a 400.
 */
export async function startFakeSdcpp(options: SdcppOptions = {}): Promise<FakeSdcpp> {
  const jobs = createJobManager(options.maxPending ?? 64);
  const server = await startImageServer((request) => route(jobs, options, request));
  return { ...server, jobs };
}

function route(
  jobs: JobManager,
  options: SdcppOptions,
  request: ImageServerRequest,
): ImageServerReply | Promise<ImageServerReply> {
  const [, api, , name, id, verb] = request.path.split('/');
  if (api === 'sdapi') return oldRoute(options, request);
  if (api !== 'sdcpp' || options.hasJobs === false) return { status: 404, body: '', type: 'text/plain' };
  if (name === 'capabilities')
    return { status: 200, json: { model: { name: `${model}.gguf`, stem: model, path: model } } };
  if (name === 'img_gen') return submit(jobs, options, request);
  if (name === 'jobs' && id) return jobRoute(jobs, options, id, verb);
  return { status: 404, body: '', type: 'text/plain' };
}

const jobShape = z.object({
  prompt: z.string(),
  negative_prompt: z.string().default(''),
  seed: z.int(),
  width: z.int().multipleOf(64),
  height: z.int().multipleOf(64),
  batch_count: z.int().min(1).max(8).default(1),
  sample_params: z
    .object({ sample_steps: z.int().default(20), sample_method: z.string().optional() })
    .default({ sample_steps: 20 }),
  init_image: z.string().nullish(),
  strength: z.number().min(0).max(1).default(0.75),
});
type JobRequest = z.infer<typeof jobShape>;

function submit(jobs: JobManager, options: SdcppOptions, { body }: ImageServerRequest): ImageServerReply {
  const parsed = jobShape.safeParse(strictJson(body));
  if (!parsed.success) return { status: 400, json: { error: 'invalid generation parameters' } };
  const job = jobs.add(parsed.data.sample_params.sample_steps, () => drawAll(parsed.data, options));
  if (!job) return { status: 429, json: { error: 'job queue is full' } };
  const poll_url = `/sdcpp/v1/jobs/${job.id}`;
  return { status: 202, json: { id: job.id, kind: 'img_gen', status: 'queued', created: 1_775_401_200, poll_url } };
}

function jobRoute(jobs: JobManager, options: SdcppOptions, id: string, verb: string | undefined): ImageServerReply {
  const job = jobs.find(id);
  if (!job && jobs.hasExpired(id)) return { status: 410, json: { error: 'job expired' } };
  if (!job) return { status: 404, json: { error: 'job not found' } };
  if (verb === 'cancel' && !jobs.cancel(job)) {
    return { status: 409, json: { error: 'job is currently generating and cannot be interrupted yet' } };
  }
  return { status: 200, json: jobJson(jobs, job, options.tellsSteps === true) };
}

function jobJson(jobs: JobManager, job: FakeJob, tellsSteps: boolean) {
  const waiting = jobs.all.filter(({ status }) => status === 'queued');
  return {
    ...{ id: job.id, kind: 'img_gen', status: job.status, created: 1_775_401_200, started: null, completed: null },
    queue_position: waiting.indexOf(job) + 1,
    ...(tellsSteps ? { progress_step: job.step, progress_steps: job.steps } : {}),
    result:
      job.status === 'completed'
        ? {
            output_format: 'png',
            images: job.images.map((image, index) => ({ index, b64_json: image.toString('base64') })),
          }
        : null,
    error: job.error ?? null,
  };
}

const oldShape = z
  .object({
    prompt: z.string(),
    negative_prompt: z.string().default(''),
    seed: z.int().default(-1),
    width: z.int().positive(),
    height: z.int().positive(),
    batch_size: z.int().min(1).max(8).default(1),
    steps: z.int().default(20),
    init_images: z.array(z.string()).optional(),
    denoising_strength: z.number().default(0.75),
  })
  .transform(({ batch_size, steps, init_images, denoising_strength, ...rest }) => ({
    ...{ ...rest, batch_count: batch_size, sample_params: { sample_steps: steps } },
    ...{ init_image: init_images?.[0], strength: denoising_strength },
  }));

/** The API it shares with A1111; `info` is an empty text, and nothing tells what runs. */
async function oldRoute(options: SdcppOptions, { path, body }: ImageServerRequest): Promise<ImageServerReply> {
  if (path === '/sdapi/v1/sd-models')
    return { status: 200, json: [{ title: model, model_name: model, filename: `${model}.gguf` }] };
  if (!/\/(txt2img|img2img)$/.test(path)) return { status: 404, body: '', type: 'text/plain' };
  const parsed = oldShape.safeParse(strictJson(body));
  if (!parsed.success) return { status: 400, json: { error: 'invalid generation parameters' } };
  const images = await drawAll(parsed.data, options).catch(() => []);
  return { status: 200, json: { images: images.map((image) => image.toString('base64')), parameters: {}, info: '' } };
}

/** Picture i of a batch has seed + i. A failed allocation of ggml ends in no results. */
async function drawAll(asked: JobRequest, { memory = Number.POSITIVE_INFINITY }: SdcppOptions): Promise<Buffer[]> {
  const { prompt, negative_prompt: negativePrompt, seed, width, height, batch_count: count } = asked;
  if (width * height > memory) throw new Error('generate_image returned no results');
  const source = asked.init_image
    ? { bytes: Buffer.from(asked.init_image, 'base64'), strength: asked.strength }
    : undefined;
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      draw({ prompt, negativePrompt, seed: seed + index, width, height, model, source }),
    ),
  );
}

function strictJson(body: Buffer): unknown {
  const value: unknown = JSON.parse(body.toString());
  return /\p{Surrogate}/u.test(Object.values(value ?? {}).join('')) ? undefined : value;
}
