import fetch, { type Headers, type Response } from 'node-fetch';
import type { z } from 'zod';
import { codeOnly } from '../errors.ts';
import { GeneratorFault, operatorsFault } from './fault.ts';
import { faultOf, meaningOf } from './http-faults.ts';
import { splitLogin } from './login.ts';

export interface HttpClientSettings {
  /** The server as messages name it, at the start of a sentence: `The Stable Diffusion server`. */
  name: string;
  /** Of the operator: the base address; a user and password in it become a Basic login. */
  url: string;
  /** Sent with every request, such as a key. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** What the operator reads as the remedy: `the address in IMAGE_BACKENDS`. */
  settings: { url: string; login: string };
  /** What to do when the server doesn't know a request: `start it with --api`. */
  notFound?: string | undefined;
}

export interface HttpCall {
  /** Below the base address, such as `/sdapi/v1/txt2img`. */
  path: string;
  method?: 'GET' | 'POST' | 'DELETE' | undefined;
  query?: Readonly<Record<string, string>> | undefined;
  /** The body, as JSON. */
  json?: unknown;
  /** The body, as multipart. */
  form?: FormData | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds for the whole exchange; 30,000 unless told. */
  timeoutMs?: number | undefined;
  /** Bytes of the answer; 256 MB unless told. */
  maxBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: Pick<Headers, 'get'>;
  bytes: Uint8Array;
}

export interface HttpClient {
  readonly name: string;
  /** Any status is an answer. Throws GeneratorFault (unreachable, timeout, broken off, too large); an abort as it is. */
  send(call: HttpCall): Promise<HttpAnswer>;
  /** The JSON of a good answer. Throws GeneratorFault: a bad status, no JSON, or not of this shape. */
  read<Value>(answer: HttpAnswer, shape: z.ZodType<Value>): Value;
  /** `send` and `read` in one. */
  ask<Value>(call: HttpCall, shape: z.ZodType<Value>): Promise<Value>;
  /** What a bad status means. `detail` is for the log alone, and holds nothing but codes: servers echo prompts in what they say. */
  failure(answer: HttpAnswer, detail?: string): GeneratorFault;
}

const usualTimeoutMs = 30_000;
const usualMaxBytes = 256 * 1024 * 1024;
const longestDetail = 500;

/**
 * Talks to an image server of the operator's choice. It never retries: whoever calls knows what a second request costs.
 * By node-fetch, since Node's own fetch gives up after 5 minutes without headers, and a picture can take longer.
 */
export function createHttpClient(settings: HttpClientSettings): HttpClient {
  const { name } = settings;
  const { base, login } = splitLogin(settings.url);

  async function send(call: HttpCall): Promise<HttpAnswer> {
    call.signal?.throwIfAborted();
    const timeoutMs = call.timeoutMs ?? usualTimeoutMs;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(addressOf(base, call), {
        method: call.method ?? (call.json === undefined && call.form === undefined ? 'GET' : 'POST'),
        headers: { ...login, ...settings.headers, ...jsonHeaders(call), ...call.headers },
        redirect: 'manual',
        size: call.maxBytes ?? usualMaxBytes,
        signal: call.signal ? AbortSignal.any([timeout, call.signal]) : timeout,
        ...bodyOf(call),
      });
      return await receive(response);
    } catch (cause) {
      call.signal?.throwIfAborted();
      throw faultOf(cause, timeout.aborted ? timeoutMs : undefined, settings);
    }
  }

  function failure(answer: HttpAnswer, detail = ''): GeneratorFault {
    return meaningOf(answer, settings, new Error(`status ${answer.status} ${detail}`.trim().slice(0, longestDetail)));
  }

  function read<Value>(answer: HttpAnswer, shape: z.ZodType<Value>): Value {
    if (!isGood(answer)) throw failure(answer);
    const type = answer.headers.get('content-type') ?? 'no type';
    const parsed = shape.safeParse(parseJson(answer.bytes));
    if (parsed.success) return parsed.data;
    const problem = /\bjson\b/.test(type)
      ? 'an answer of another shape'
      : `${codeOnly(type.split(';')[0]) || 'something'} instead of JSON`;
    throw operatorsFault(
      `${name} sent ${problem}`,
      `Check that ${settings.settings.url} is that of its API, and that its version is a current one.`,
      { cause: new Error(describeIssues(parsed.error)) },
    );
  }

  async function ask<Value>(call: HttpCall, shape: z.ZodType<Value>): Promise<Value> {
    return read(await send(call), shape);
  }

  return { name, send, read, ask, failure };
}

export function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** The server took too long, so that what it was asked may still be under way there. */
export function isTimeout(error: unknown): boolean {
  return error instanceof GeneratorFault && error.cause instanceof Error && error.cause.name === 'AbortError';
}

/** Any JSON value, or undefined where the body is none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function receive(response: Response): Promise<HttpAnswer> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

function addressOf(base: string, { path, query }: HttpCall): string {
  return query ? `${base}${path}?${new URLSearchParams(query)}` : `${base}${path}`;
}

function jsonHeaders({ json }: HttpCall): Record<string, string> {
  return json === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf({ json, form }: HttpCall): { body?: string | FormData } {
  if (form) return { body: form };
  return json === undefined ? {} : { body: JSON.stringify(json, (_key, value: unknown) => wellFormed(value)) };
}

/** Half a surrogate pair is no text to a strict JSON reader (nlohmann's answers 400), so it becomes the replacement character. */
function wellFormed(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '\ufffd') : value;
}

/** Where an answer differs, without its values. */
function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ')
    .slice(0, longestDetail);
}
