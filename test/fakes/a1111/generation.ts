import { z } from 'zod';
import { draw } from '../draw.ts';
import type { ImageServerReply } from '../image-server.ts';
import type { ServerState } from './state.ts';

export interface A1111World {
  state: ServerState;
  /** Titles, as `sd_models.checkpoint_aliases`; the first is loaded. */
  checkpoints: string[];
  /** Tells task ids, as A1111 1.8 and Forge; SD.Next does not. */
  hasTaskIds: boolean;
  /** Pixels of one picture above which memory is short. */
  memory: number;
}

const samplers = ['Euler a', 'DPM++ 2M'];

const requestShape = z.object({
  prompt: z.string().default(''),
  negative_prompt: z.string().default(''),
  seed: z.int().default(-1),
  steps: z.int().positive().default(20),
  cfg_scale: z.number().default(7),
  width: z.int().multipleOf(8).default(512),
  height: z.int().multipleOf(8).default(512),
  sampler_name: z.string().optional(),
  batch_size: z.int().positive().default(1),
  n_iter: z.int().positive().default(1),
  override_settings: z.object({ sd_model_checkpoint: z.string().optional() }).default({}),
  force_task_id: z.string().default('task(unnamed)'),
  init_images: z.array(z.string()).optional(),
  denoising_strength: z.number().min(0).max(1).default(0.75),
});

/** `text2imgapi` and `img2imgapi` of modules/api/api.py. */
export async function generate(
  world: A1111World,
  kind: 'txt2img' | 'img2img',
  body: unknown,
): Promise<ImageServerReply> {
  const parsed = requestShape.safeParse(body);
  if (!parsed.success) return invalid(parsed.error, body);
  const asked = parsed.data;
  if (asked.sampler_name !== undefined && !samplers.includes(asked.sampler_name)) {
    return failure(404, 'HTTPException', 'Sampler not found');
  }
  const source = asked.init_images?.[0];
  if (kind === 'img2img' && source === undefined) return failure(404, 'HTTPException', 'Init image not found');
  if (asked.width * asked.height * asked.batch_size > world.memory) return outOfMemory();
  // A name that is none is dropped in silence (modules/processing.py, process_images).
  const wanted = world.checkpoints.find((title) => title === asked.override_settings.sd_model_checkpoint);
  const model = wanted ?? world.checkpoints[0] ?? '';
  const count = asked.n_iter * asked.batch_size;
  const drawAt = (index: number) =>
    draw({
      ...{ prompt: asked.prompt, negativePrompt: asked.negative_prompt, seed: asked.seed + index, model },
      ...{ width: asked.width, height: asked.height },
      source:
        source === undefined ? undefined : { bytes: Buffer.from(source, 'base64'), strength: asked.denoising_strength },
    });
  const preview = () => draw({ prompt: 'preview', negativePrompt: '', seed: 0, width: 64, height: 64, model });
  const pictures = await world.state.run({ taskId: asked.force_task_id, count, steps: asked.steps }, drawAt, preview);
  const all_seeds = Array.from({ length: count }, (_, index) => asked.seed + index);
  const info = {
    prompt: asked.prompt,
    seed: asked.seed,
    all_seeds,
    index_of_first_image: 0,
    sd_model_name: nameOf(model),
    ...{ steps: asked.steps, cfg_scale: asked.cfg_scale, sampler_name: asked.sampler_name ?? samplers[0] },
  };
  return {
    status: 200,
    json: {
      images: pictures.map((picture) => picture.toString('base64')),
      parameters: body,
      info: JSON.stringify(info),
    },
  };
}

/** `model_name` of a title such as `v1-5-pruned.safetensors [6ce0161689]`. */
export function nameOf(title: string): string {
  return title.replace(/\.(safetensors|ckpt).*$/, '');
}

/** `handle_exception` of modules/api/api.py. */
export function failure(status: number, error: string, detail: string, errors = ''): ImageServerReply {
  return { status, json: { error, detail, body: '', errors } };
}

function outOfMemory(): ImageServerReply {
  const text =
    'CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB of which 0 bytes is free.';
  return failure(500, 'OutOfMemoryError', '', text);
}

/** FastAPI's 422, with the input that it repeats. */
function invalid(error: z.ZodError, body: unknown): ImageServerReply {
  const detail = error.issues.map(({ path, message }) => ({
    loc: ['body', ...path],
    msg: message,
    type: 'value_error',
    input: body,
  }));
  return { status: 422, json: { detail } };
}
