import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { serverError } from './exceptions.ts';
import { decodeParameter } from './parameters.ts';

export interface Request {
  query: string;
  queryId: string;
  database: string;
  format: string;
  settings: readonly (readonly [name: string, value: string])[];
  parameters: Readonly<Record<string, unknown>>;
  /** The client takes a packed answer, and asked for it: https://clickhouse.com/docs/interfaces/http#compression */
  packedAnswer: boolean;
  /** The rows of an insert in a format that is no text. */
  data: Buffer | undefined;
  /** How its body came. */
  body: 'none' | 'plain' | 'gzip' | 'multipart';
}

const prefix = 'param_';

// Everything else in the address, or in a form, is a setting.
const notSettings = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'enable_http_compression',
  'wait_end_of_query',
]);

/** The query may lie in the address, in the body, or begin in the one and end in the other; parameters in the address or in a form. */
export async function readRequest(message: IncomingMessage, address: URLSearchParams): Promise<Request> {
  if (address.has('session_id')) throw serverError(36, 'Sessions are off: no request may depend on another.');
  const bytes = await unpacked(message);
  const isForm = message.headers['content-type']?.startsWith('multipart/form-data') ?? false;
  const form = isForm ? await readForm(message, bytes) : new URLSearchParams();
  const isBinary = /^\s*INSERT\b[\s\S]*\bFORMAT Parquet\s*$/.test(address.get('query') ?? '');
  const body = isForm || isBinary ? '' : bytes.toString();
  const query = [address.get('query') ?? form.get('query'), body].filter(Boolean).join('\n');
  const fields = [...address, ...form];
  const packed = address.get('enable_http_compression') === '1';
  return {
    query,
    queryId: address.get('query_id') ?? crypto.randomUUID(),
    database: address.get('database') ?? 'default',
    format: address.get('default_format') ?? 'TabSeparated',
    settings: fields.filter(([name]) => !notSettings.has(name) && !name.startsWith(prefix)),
    parameters: parametersOf(query, fields),
    data: isBinary ? bytes : undefined,
    packedAnswer: packed && (message.headers['accept-encoding'] ?? '').includes('gzip'),
    body: bodyOf(message, bytes, isForm),
  };
}

function parametersOf(query: string, fields: readonly [string, string][]): Record<string, unknown> {
  const given = fields.filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    given.map(([name, value]) => {
      const key = name.slice(prefix.length);
      return [key, decodeParameter(query, key, value)];
    }),
  );
}

function bodyOf({ headers }: IncomingMessage, bytes: Buffer, isForm: boolean): Request['body'] {
  if (isForm) return 'multipart';
  if (bytes.length === 0) return 'none';
  return headers['content-encoding'] === 'gzip' ? 'gzip' : 'plain';
}

async function unpacked(message: IncomingMessage): Promise<Buffer> {
  const bytes = await buffer(message);
  const encoding = message.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity' || bytes.length === 0) return bytes;
  if (encoding === 'gzip') return gunzipSync(bytes);
  throw serverError(89, `Unknown compression method: ${encoding}`);
}

async function readForm({ headers }: IncomingMessage, bytes: Buffer): Promise<URLSearchParams> {
  const type = headers['content-type'] ?? '';
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  return new URLSearchParams([...form].map(([name, value]) => [name, String(value)]));
}
