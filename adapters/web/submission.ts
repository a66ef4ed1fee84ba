import type { Context } from 'hono';
import { z } from 'zod';
import { BotError } from '../../src/errors.ts';

const maxPictures = 4;

const fieldsSchema = z.object({
  text: z.string().optional(),
  command: z.string().min(1).max(100).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
});

/** What a client sent, before it is known what it means. */
export interface Submission extends z.infer<typeof fieldsSchema> {
  pictures: readonly { name: string; bytes: Uint8Array }[];
}

/** Reads a JSON or multipart body. Throws BotError `invalid_input` for what is malformed, `too_large` for a picture above the limit. */
export async function readSubmission(context: Context, maxImageBytes: number): Promise<Submission> {
  const type = context.req.header('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) {
    return { ...parseFields(fieldsSchema, await readJson(context)), pictures: [] };
  }
  const form = await readForm(context);
  const options = form.get('options');
  const fields = parseFields(fieldsSchema, {
    text: form.get('text') ?? undefined,
    command: form.get('command') ?? undefined,
    options: typeof options === 'string' && options.trim() !== '' ? parseJson(options) : undefined,
  });
  return { ...fields, pictures: await readPictures(form, maxImageBytes) };
}

/** The `image` parts of a form. Throws BotError `too_large` or `invalid_input`. */
export async function readPictures(
  form: FormData,
  maxImageBytes: number,
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = form.getAll('image').filter((part) => part instanceof File);
  if (files.length > maxPictures) throw new BotError('invalid_input', `Send up to ${maxPictures} pictures at once.`);
  if (files.some((file) => file.size > maxImageBytes)) throw tooLarge(maxImageBytes);
  return Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

export function tooLarge(maxImageBytes: number): BotError {
  const megabytes = Math.round((maxImageBytes / 1024 / 1024) * 10) / 10;
  return new BotError('too_large', `A picture may have up to ${megabytes} MB. Send a smaller copy.`);
}

/** Parses a JSON body by a schema. Throws BotError `invalid_input` that names the faulty field. */
export async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.infer<Schema>> {
  return parseFields(schema, await readJson(context));
}

export async function readForm(context: Context): Promise<FormData> {
  try {
    return await context.req.formData();
  } catch (cause) {
    throw new BotError('invalid_input', 'The body is not a well-formed multipart form.', { cause });
  }
}

async function readJson(context: Context): Promise<unknown> {
  return parseJson(await context.req.text());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BotError('invalid_input', 'The body is not well-formed JSON.', { cause });
  }
}

function parseFields<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BotError(
    'invalid_input',
    `The field ${issue?.path.join('.') || '(body)'} is not right: ${issue?.message}.`,
  );
}
