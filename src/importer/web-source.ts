import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Response } from 'node-fetch';
import { BotError, isAbort } from '../errors.ts';
import { openDownload } from '../images/download.ts';
import type { ByteSource } from './source.ts';

export interface WebSourceOptions {
  /** Hosts besides the address's own that may be private: redirects to others must be public. */
  allowHosts: readonly string[];
  signal?: AbortSignal | undefined;
  /** Wait before a broken download goes on, ms; doubled each time. */
  retryDelay?: number | undefined;
}

const maxRetries = 5;

/**
 * A file behind a web address, streamed; a connection that breaks goes on where it broke.
 * The operator named the address, so its own host may be private. Throws BotError `not_found` when it can't be fetched.
 */
export async function openWebFile(url: string, options: WebSourceOptions): Promise<ByteSource> {
  const request = requesting(url, options);
  const probe = await request(0, 1);
  discard(probe);
  const seekable = probe.status === 206;
  const size = sizeOf(probe);
  const version = versionOf(probe, size);
  let position = 0;

  async function* read(start: number, end: number | undefined): AsyncGenerator<Uint8Array> {
    let at = start;
    for (let failures = 0; end === undefined || at < end; ) {
      try {
        const response = await request(seekable ? at : 0, end);
        if (versionOf(response, sizeOf(response)) !== version) throw changed(url);
        for await (const chunk of between(response, seekable ? 0 : at, end === undefined ? undefined : end - at)) {
          at += chunk.length;
          position = at;
          failures = 0;
          yield chunk;
        }
        if (at >= (end ?? size ?? at)) return;
        throw new Error(`the server ended the file at byte ${at}`);
      } catch (error) {
        failures += 1;
        if (error instanceof BotError || isAbort(error) || failures > maxRetries) throw broken(url, error);
        await pause((options.retryDelay ?? 1_000) * 2 ** (failures - 1), undefined, { signal: options.signal });
      }
    }
  }

  return {
    name: url,
    size,
    version,
    seekable,
    position: () => position,
    open: (start, end) => Readable.from(read(start, end), { objectMode: false }),
  };
}

/** Asks for the bytes from `start` to before `end`; a server may answer with the whole file. */
function requesting(url: string, { allowHosts, signal }: WebSourceOptions) {
  const privateHosts = [new URL(url).hostname, ...allowHosts];
  return async (start: number, end?: number): Promise<Response> => {
    // What is counted in bytes must not be compressed on the way.
    const openHeaders = { range: `bytes=${start}-${end === undefined ? '' : end - 1}`, 'accept-encoding': 'identity' };
    const response = await reach(url, () =>
      openDownload(url, { allowedHosts: 'public', privateHosts, openHeaders, signal }),
    );
    if (response.ok) return response;
    discard(response);
    const gone = new Error(`status ${response.status}`);
    if (response.status === 429 || response.status >= 500) throw gone;
    throw broken(url, gone);
  };
}

async function reach(url: string, ask: () => Promise<Response>): Promise<Response> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Error && /is not allowed/.test(cause.message)) {
      throw new BotError(
        'forbidden',
        `${url} leads to a host with a private address. If it is yours, name it with --allow-host HOST.`,
        { cause },
      );
    }
    throw cause;
  }
}

/** What is left of a body without its first `skip` bytes, at most `length` of it. */
async function* between({ body }: Response, skip: number, length = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  let [before, left] = [skip, length];
  for await (const chunk of (body ?? []) as AsyncIterable<Buffer>) {
    const part = chunk.subarray(before, before + left);
    before = Math.max(0, before - chunk.length);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left <= 0) return;
  }
}

/** The types promise a web stream; node-fetch gives a Readable, whose end frees the connection. */
function discard({ body }: Response): void {
  if (body instanceof Readable) body.destroy();
}

function sizeOf({ headers, status }: Response): number | undefined {
  const text =
    status === 206 ? /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] : headers.get('content-length');
  return text ? Number(text) : undefined;
}

function versionOf({ headers }: Response, size: number | undefined): string | undefined {
  const told = [headers.get('etag'), headers.get('last-modified'), size];
  return told.some((value) => value !== null && value !== undefined) ? told.join(' ') : undefined;
}

function changed(url: string): BotError {
  return new BotError(
    'conflict',
    `The file at ${url} changed while it was read. Run the import again; what was imported stays.`,
  );
}

function broken(url: string, cause: unknown): unknown {
  if (cause instanceof BotError || isAbort(cause)) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BotError('not_found', `The file at ${url} can't be fetched (${why}). Run the import again to go on.`, {
    cause,
  });
}
