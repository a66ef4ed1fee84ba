import type OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import { z } from 'zod';
import { GeneratorFault } from '../fault.ts';
import type { GenerateOptions } from '../generator.ts';
import { fromBase64 } from '../picture.ts';
import { smallPreview } from '../small-preview.ts';
import { refusal } from './failures.ts';

const whole = z.object({ data: z.array(z.object({ b64_json: z.string().optional() })).nullish() });
const event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('partial_image'), b64_json: z.string(), partial_image_index: z.number().int().min(0) }),
  z.object({ kind: z.literal('completed'), b64_json: z.string() }),
]);

interface Options {
  /** How many partial pictures were asked for. */
  previews: number;
  onProgress?: GenerateOptions['onProgress'];
}

/**
 * The pictures of an answer in base64: of a stream of events, or of one JSON, which servers send that know no streams.
 * Throws BotError `refused` where there is none, as after moderation.
 */
export async function readImages(client: OpenAI, response: Response, options: Options): Promise<string[]> {
  const isStream = response.headers.get('content-type')?.includes('text/event-stream');
  const images = isStream ? await readStream(client, response, options) : await readWhole(response);
  if (images.length === 0) throw refusal();
  return images;
}

async function readWhole(response: Response): Promise<string[]> {
  const parsed = whole.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw unusable(parsed.error);
  return (parsed.data.data ?? []).map(({ b64_json }) => {
    if (b64_json === undefined) throw unusable(new Error('an address instead of a picture'));
    return b64_json;
  });
}

async function readStream(client: OpenAI, response: Response, { previews, onProgress }: Options): Promise<string[]> {
  const done: string[] = [];
  const report = async (index: number, picture: string) =>
    onProgress?.({
      fraction: Math.min(1, (index + 1) / (previews + 1)),
      preview: await smallPreview(fromBase64(picture)),
    });
  for await (const message of Stream.fromSSEResponse<unknown>(response, new AbortController(), client)) {
    // `image_generation.` and `image_edit.` alike.
    const { type } = z.looseObject({ type: z.string() }).catch({ type: '' }).parse(message);
    const parsed = event.safeParse({ ...(message as object), kind: type.split('.').at(-1) });
    if (!parsed.success) continue;
    const { data } = parsed;
    if (data.kind === 'completed') done.push(data.b64_json);
    else await report(data.partial_image_index, data.b64_json);
  }
  if (done.length === 0) throw unusable(new Error('the stream ended without a picture'));
  return done;
}

function unusable(cause: unknown): GeneratorFault {
  return new GeneratorFault('OpenAI sent no usable picture. Try again.', {
    cause,
    forOperator:
      'OpenAI sent no usable picture. If it stays so, check OPENAI_IMAGE_MODEL and the address of the backend.',
  });
}
