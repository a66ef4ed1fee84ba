import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

export interface UploadedFile {
  name: string;
  bytes: Uint8Array;
  contentType: string;
}

export interface RequestBody {
  json: unknown;
  /** By their number n of `files[n]`. https://discord.com/developers/docs/reference#uploading-files */
  files: Map<string, UploadedFile>;
}

/** Reads JSON, or multipart with `payload_json` and `files[n]`. */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  if (bytes.length === 0) return { json: undefined, files: new Map() };
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type);
  if (!type.startsWith('application/json')) throw new ApiError(400, 50035, 'Invalid form body or content type');
  return { json: JSON.parse(bytes.toString()), files: new Map() };
}

async function readForm(bytes: Buffer, type: string): Promise<RequestBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files = new Map<string, UploadedFile>();
  let json: unknown = {};
  for (const [name, value] of form) {
    const number = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (number && typeof value !== 'string') {
      const content = new Uint8Array(await value.arrayBuffer());
      files.set(number, { name: value.name, bytes: content, contentType: value.type || 'application/octet-stream' });
    } else if (name === 'payload_json' && typeof value === 'string') {
      json = JSON.parse(value);
    }
  }
  return { json, files };
}
