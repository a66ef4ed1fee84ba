import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import { z } from 'zod';
import { draw } from '../draw.ts';
import { type ImageServer, type ImageServerReply, type ImageServerRequest, startImageServer } from '../image-server.ts';

export interface FakeStability extends ImageServer {
  /** The fields of each call that was let in, files as their bytes. */
  calls: { endpoint: string; fields: Record<string, string | Buffer> }[];
  /** Pictures that were paid for. */
  made(): number;
}

export const stabilityKey = 'sk-fake-key';

const sides: Record<string, [number, number]> = {
  '1:1': [1024, 1024],
  '3:2': [1216, 832],
  '2:3': [832, 1216],
  '5:4': [1088, 896],
  '4:5': [896, 1088],
  '16:9': [1344, 768],
  '9:16': [768, 1344],
  '21:9': [1536, 640],
  '9:21': [640, 1536],
};

const common = {
  prompt: z.string().min(1).max(10_000),
  negative_prompt: z.string().max(10_000).optional(),
  seed: z.coerce.number().int().min(0).max(4_294_967_294).default(0),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('png'),
};
const source = { image: z.instanceof(Buffer), strength: z.coerce.number().min(0).max(1) };
const aspect = z.enum(Object.keys(sides)).default('1:1');
const cfg_scale = z.coerce.number().min(1).max(10).optional();
const sd3Model = z.enum(['sd3.5-large', 'sd3.5-large-turbo', 'sd3.5-medium', 'sd3.5-flash']).default('sd3.5-large');

/** The fields that each endpoint takes (https://platform.stability.ai/docs/api-reference#tag/Generate). */
const endpoints: Record<string, z.ZodType<Call>> = {
  core: z.strictObject({ ...common, aspect_ratio: aspect }),
  ultra: z.union([z.strictObject({ ...common, aspect_ratio: aspect }), z.strictObject({ ...common, ...source })]),
  sd3: z.union([
    z.strictObject({
      ...{ ...common, model: sd3Model, cfg_scale },
      ...{ mode: z.literal('text-to-image').optional(), aspect_ratio: aspect },
    }),
    z.strictObject({ ...common, model: sd3Model, cfg_scale, mode: z.literal('image-to-image'), ...source }),
  ]),
};

interface Call {
  prompt: string;
  negative_prompt?: string | undefined;
  seed: number;
  model?: string | undefined;
  aspect_ratio?: string | undefined;
  image?: Buffer | undefined;
  strength?: number | undefined;
}

/**
 * Stability AI's v2beta API on a free port. Its moderation refuses a prompt with `forbidden`, and withholds the picture
 * of one with `revealing` where the seed is odd.
 */
export async function startFakeStability(): Promise<FakeStability> {
  const calls: FakeStability['calls'] = [];
  let made = 0;
  const server = await startImageServer(async (request) => {
    const endpoint = /^\/v2beta\/stable-image\/generate\/(\w+)$/.exec(request.path)?.[1] ?? '';
    const shape = endpoints[endpoint];
    if (!shape || request.method !== 'POST') return failure(404, 'not_found', 'The requested resource was not found.');
    if (request.headers.authorization !== `Bearer ${stabilityKey}`)
      return failure(401, 'unauthorized', 'missing or invalid authorization header');
    const fields = await fieldsOf(request);
    calls.push({ endpoint, fields });
    const parsed = shape.safeParse(fields);
    if (!parsed.success) return failure(400, 'bad_request', `invalid: ${JSON.stringify(fields['prompt'])}`);
    if (parsed.data.prompt.includes('forbidden')) {
      return failure(403, 'content_moderation', `Your request was flagged: ${parsed.data.prompt}`);
    }
    made += 1;
    return picture(parsed.data, endpoint);
  });
  return { ...server, calls, made: () => made };
}

async function picture(call: Call, endpoint: string): Promise<ImageServerReply> {
  // 0 is any seed.
  const seed = call.seed === 0 ? randomInt(1, 2 ** 32 - 2) : call.seed;
  const [width, height] = sides[call.aspect_ratio ?? '1:1'] ?? [1024, 1024];
  const size = call.image ? await sizeOf(call.image) : { width, height };
  const bytes = await draw({
    ...{
      prompt: call.prompt,
      negativePrompt: call.negative_prompt ?? '',
      seed,
      ...size,
      model: call.model ?? endpoint,
    },
    source: call.image && { bytes: call.image, strength: call.strength ?? 1 },
  });
  const isWithheld = call.prompt.includes('revealing') && seed % 2 === 1;
  const finish_reason = isWithheld ? 'CONTENT_FILTERED' : 'SUCCESS';
  return { status: 200, json: { image: bytes.toString('base64'), finish_reason, seed } };
}

async function fieldsOf({ body, headers }: ImageServerRequest): Promise<Record<string, string | Buffer>> {
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const fields: Record<string, string | Buffer> = {};
  for (const [name, value] of form) {
    fields[name] = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer());
  }
  return fields;
}

async function sizeOf(image: Buffer) {
  const { width, height } = await sharp(image).metadata();
  return { width, height };
}

/** The shape of every error. The texts quote what was sent. */
export function failure(
  status: number,
  name: string,
  text: string,
  headers: Record<string, string> = {},
): ImageServerReply {
  return { status, json: { id: '37ed9dc9a8b57dbbbd3bba3bbf1b1c5a', name, errors: [text] }, headers };
}
