import { z } from 'zod';
import { codeOnly } from '../../errors.ts';

/** `POST /sdcpp/v1/img_gen`, 202. */
export const accepted = z.object({ id: z.string().regex(/^[\w-]+$/) });

/** `GET /sdcpp/v1/jobs/{id}`. */
export const job = z.object({
  status: z.enum(['queued', 'generating', 'completed', 'failed', 'cancelled']),
  /** Builds that tell it; a total of 0 says that sampling has not begun. */
  progress_step: z.number().nullish().catch(undefined),
  progress_steps: z.number().nullish().catch(undefined),
  result: z.object({ images: z.array(z.object({ index: z.number(), b64_json: z.string() })) }).nullish(),
  error: z.object({ code: z.string().catch(''), message: z.string().catch('') }).nullish(),
});
export type Job = z.infer<typeof job>;

/** `GET /sdcpp/v1/capabilities`. */
export const capabilities = z.object({ model: z.object({ stem: z.string() }) });

/** `GET /sdapi/v1/sd-models`. */
export const modelList = z.array(z.object({ model_name: z.string() }));

/** `POST /sdapi/v1/txt2img`; its `info` is an empty text. */
export const drawn = z.object({ images: z.array(z.string()) });

const failure = z.object({ error: z.string(), message: z.string().catch('') });

/** What an error body says. `code` is for the log; `texts` are to look for signs in, since they may quote the prompt. */
export function describeFailure(body: unknown): { code: string; texts: string } {
  const parsed = failure.safeParse(body);
  if (!parsed.success) return { code: '', texts: '' };
  const { error, message } = parsed.data;
  return { code: codeOnly(error), texts: `${error} ${message}` };
}
