import { draw } from './draw.ts';
import { type ImageServer, type ImageServerReply, type ImageServerRequest, startImageServer } from './image-server.ts';

export interface ImageCall {
  path: string;
  authorization: string | undefined;
  model: string;
  prompt: string;
  n: number;
  size: string;
  stream: boolean;
  partial_images: number;
  quality: string | undefined;
  /** The picture that was sent to be edited. */
  image: Uint8Array | undefined;
}

export interface FakeOpenAiImages extends ImageServer {
  /** Ends in `/v1`. */
  baseUrl: string;
  calls: ImageCall[];
}

const models = ['gpt-4.1', 'gpt-image-1.5', 'gpt-image-2', 'text-embedding-3-small'];
const longestPrompt = 32_000;

/**
 * OpenAI's image API on a free port, after https://platform.openai.com/docs/api-reference/images: one JSON, or events
 * with partial pictures. Prompts that contain `forbidden` are blocked by moderation.
 */
export async function startFakeOpenAiImages(key = 'sk-test'): Promise<FakeOpenAiImages> {
  const calls: ImageCall[] = [];
  const server = await startImageServer(async (request) => {
    if (request.headers.authorization !== `Bearer ${key}`) return failure(401, 'invalid_api_key');
    if (request.path === '/v1/models')
      return { status: 200, json: { object: 'list', data: models.map((id) => ({ id })) } };
    if (!['/v1/images/generations', '/v1/images/edits'].includes(request.path)) return failure(404, null);
    const call = await read(request);
    calls.push(call);
    return faultOf(call) ?? made(call);
  });
  return { ...server, baseUrl: `${server.url}/v1`, calls };
}

async function read({ path, headers, body }: ImageServerRequest): Promise<ImageCall> {
  const type = headers['content-type'] ?? '';
  const form = type.startsWith('multipart/')
    ? await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    : undefined;
  const file = form?.get('image');
  const given: Record<string, unknown> = form ? Object.fromEntries(form) : JSON.parse(body.toString());
  return {
    path,
    authorization: headers.authorization,
    model: String(given['model']),
    prompt: String(given['prompt'] ?? ''),
    n: Number(given['n'] ?? 1),
    size: String(given['size']),
    stream: String(given['stream']) === 'true',
    partial_images: Number(given['partial_images'] ?? 0),
    quality: given['quality'] === undefined ? undefined : String(given['quality']),
    image: file instanceof File ? new Uint8Array(await file.arrayBuffer()) : undefined,
  };
}

/** What the service checks before it draws; messages repeat the prompt, as there. */
function faultOf({ model, prompt, n, size, path, image }: ImageCall): ImageServerReply | undefined {
  if (!models.includes(model)) return failure(404, 'model_not_found', model);
  if (prompt === '' || prompt.length > longestPrompt) return failure(400, 'string_above_max_length', prompt);
  if (n < 1 || n > 10 || !/^(1024x1024|1536x1024|1024x1536)$/.test(size)) return failure(400, 'invalid_value', prompt);
  if (path.endsWith('/edits') && !image) return failure(400, 'missing_required_parameter');
  return prompt.includes('forbidden') ? failure(400, 'moderation_blocked', prompt) : undefined;
}

export function failure(status: number, code: string | null, detail = ''): ImageServerReply {
  return { status, json: { error: { message: `No: ${detail}`, type: 'invalid_request_error', param: null, code } } };
}

async function made(call: ImageCall): Promise<ImageServerReply> {
  const images = await Promise.all(Array.from({ length: call.n }, (_, index) => picture(call, index)));
  if (!call.stream) return { status: 200, json: { created: 1, data: images.map((b64_json) => ({ b64_json })) } };
  const kind = call.path.endsWith('/edits') ? 'image_edit' : 'image_generation';
  const partial = (index: number) => ({
    type: `${kind}.partial_image`,
    partial_image_index: index,
    b64_json: images[0],
  });
  return events([
    ...Array.from({ length: call.partial_images }, (_, index) => partial(index)),
    { type: `${kind}.completed`, b64_json: images[0] },
  ]);
}

export function events(messages: readonly { type: string; [name: string]: unknown }[]): ImageServerReply {
  const body = messages.map((message) => `event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`).join('');
  return { status: 200, body, type: 'text/event-stream; charset=utf-8' };
}

async function picture({ prompt, model, size, image }: ImageCall, index: number): Promise<string> {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const source = image && { bytes: image, strength: 0.8 };
  const bytes = await draw({ prompt, negativePrompt: '', seed: index, width, height, model, source });
  return bytes.toString('base64');
}
