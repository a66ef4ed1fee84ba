import { Hono } from 'hono';
import { z } from 'zod';
import { BotError } from '../../../src/errors.ts';
import { encodeUpload } from '../../../src/images/encode.ts';
import type { RouteParts, WebEnvironment } from '../server.ts';
import { readForm, readPictures } from '../submission.ts';
import { neighbourView } from '../view.ts';

const limitSchema = z.coerce.number().int().min(1).max(100).default(10);

/** Search without a thread: prompts like a text, or prompts that made something like a picture. */
export function searchRoutes({ search, maxImageBytes }: RouteParts): Hono<WebEnvironment> {
  const routes = new Hono<WebEnvironment>();

  routes.get('/', async (context) => {
    const text = context.req.query('text') ?? '';
    if (text.trim() === '') throw new BotError('invalid_input', 'Say what to search for: ?text=…');
    const limit = readLimit(context.req.query('limit'));
    const matches = await search({ text }, { limit, signal: context.req.raw.signal });
    return context.json({ matches: matches.map(neighbourView) });
  });

  routes.post('/', async (context) => {
    const form = await readForm(context);
    const [picture] = await readPictures(form, maxImageBytes);
    if (!picture) throw new BotError('invalid_input', 'Send the picture to search for as the form field "image".');
    const limit = readLimit(form.get('limit') ?? context.req.query('limit'));
    const { bytes } = await encodeUpload(picture.bytes);
    const matches = await search({ image: bytes }, { limit, signal: context.req.raw.signal });
    return context.json({ matches: matches.map(neighbourView) });
  });

  return routes;
}

function readLimit(value: unknown): number {
  const parsed = limitSchema.safeParse(value ?? undefined);
  if (!parsed.success) throw new BotError('invalid_input', 'limit is a whole number from 1 to 100.');
  return parsed.data;
}
