import { z } from 'zod';

const image = z.object({ filename: z.string(), subfolder: z.string().default(''), type: z.string().default('output') });
export type ImageRef = z.infer<typeof image>;

const entry = z.object({
  outputs: z.record(z.string(), z.looseObject({ images: z.array(z.unknown()).optional() })).default({}),
  status: z
    .object({
      status_str: z.string().optional(),
      messages: z.array(z.tuple([z.string(), z.unknown()], z.unknown())).default([]),
    })
    .nullish(),
});

/** `GET /history/{prompt_id}`: empty until the job has ended. */
export const historyAnswer = z.record(z.string(), entry);

export type Ending =
  | { kind: 'made'; images: ImageRef[] }
  | { kind: 'interrupted' }
  /** `data` is what `execution_error` carried. */
  | { kind: 'failed'; data: unknown };

/** How a job ended, or undefined while it has not. */
export function endingOf(history: z.infer<typeof historyAnswer>, promptId: string): Ending | undefined {
  const found = history[promptId];
  if (!found) return undefined;
  const messages = new Map((found.status?.messages ?? []).map(([type, data]) => [type, data] as const));
  if (messages.has('execution_interrupted')) return { kind: 'interrupted' };
  if (messages.has('execution_error') || found.status?.status_str === 'error') {
    return { kind: 'failed', data: messages.get('execution_error') };
  }
  const images = Object.values(found.outputs).flatMap(({ images = [] }) => images.flatMap(readImage));
  // Previews of the workflow are `temp`; what it saves is `output`.
  const saved = images.filter(({ type }) => type === 'output');
  return { kind: 'made', images: saved.length > 0 ? saved : images };
}

function readImage(given: unknown): ImageRef[] {
  const parsed = image.safeParse(given);
  return parsed.success ? [parsed.data] : [];
}
