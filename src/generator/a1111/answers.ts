import { z } from 'zod';
import { codeOnly } from '../../errors.ts';

/** `POST /sdapi/v1/txt2img` and `img2img`. */
export const drawn = z.object({ images: z.array(z.string()), info: z.string().catch('') });

/** What the JSON in `info` says; a server that leaves `info` empty says nothing. */
const infoShape = z.object({
  all_seeds: z.array(z.number()).catch([]),
  /** Pictures before this one are grids. */
  index_of_first_image: z.number().int().nonnegative().catch(0),
  sd_model_name: z.string().optional().catch(undefined),
  steps: z.number().optional().catch(undefined),
  cfg_scale: z.number().optional().catch(undefined),
  sampler_name: z.string().optional().catch(undefined),
});
export type DrawnInfo = z.infer<typeof infoShape>;

export function readInfo(info: string): DrawnInfo {
  let value: unknown = {};
  try {
    value = JSON.parse(info);
  } catch {
    // SD.Next and stable-diffusion.cpp answer with an empty text.
  }
  return infoShape.catch({ all_seeds: [], index_of_first_image: 0 }).parse(value);
}

/** `GET /sdapi/v1/sd-models`. */
export const modelList = z.array(z.object({ model_name: z.string(), title: z.string() }));

/** `GET /sdapi/v1/progress`: of whatever runs on the server now. */
export const progress = z.object({
  progress: z.number(),
  eta_relative: z.number().catch(0),
  state: z
    .object({
      job_count: z.number().catch(0),
      job_timestamp: z.string().catch(''),
      sampling_step: z.number().catch(0),
      sampling_steps: z.number().catch(0),
    })
    .catch({ job_count: 0, job_timestamp: '', sampling_step: 0, sampling_steps: 0 }),
  current_image: z.string().nullish(),
  /** The id of the task that runs, null for none; absent in SD.Next and in builds before A1111 1.8. */
  current_task: z.string().nullish(),
});
export type Progress = z.infer<typeof progress>;

const failure = z.object({
  /** The exception's class. */
  error: z.string().catch(''),
  errors: z.string().catch(''),
  /** A text, or FastAPI's list of what is wrong where. */
  detail: z.union([z.string(), z.array(z.object({ loc: z.array(z.unknown()), type: z.string().catch('') }))]).catch(''),
});

/**
 * What an error body says. `codes` are for the log: the exception's class, and the places and kinds of what is wrong with
 * the request; every text may quote the prompt. `texts` are to look for signs in.
 */
export function describeFailure(body: unknown): { codes: string; texts: string } {
  const parsed = failure.safeParse(body);
  if (!parsed.success) return { codes: '', texts: '' };
  const { error, errors, detail } = parsed.data;
  const places = typeof detail === 'string' ? [] : detail.flatMap(({ loc, type }) => [loc.join('.'), type]);
  const codes = [error, ...places].map(codeOnly).filter(Boolean).join(' ');
  return { codes, texts: [error, typeof detail === 'string' ? detail : '', errors].join(' ') };
}
