import type { Agent } from 'node:http';
import fetch, { FetchError, type Response } from 'node-fetch';
import { type RequestFilteringAgentOptions, useAgent } from 'request-filtering-agent';
import { BotError, isAbort } from '../errors.ts';

export interface DownloadOptions {
  /** Host names that may be asked, private addresses included; `public` is every host with a public address. */
  allowedHosts: readonly string[] | 'public';
  /** Hosts besides, wherever they are: an operator named them. */
  privateHosts?: readonly string[] | undefined;
  /** Bytes of the body. */
  maxBytes: number;
  /** Sent to the first address's origin only: a redirect elsewhere never sees them. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Sent to every address, redirects included. */
  openHeaders?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds for the whole download, redirects included; 30,000 unless told. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

const maxRedirects = 3;
const defaultTimeoutMs = 30_000;

/**
 * Fetches a picture that somebody named by its address. Every redirect is checked like the first address.
 * Throws BotError `forbidden` (host or address not allowed), `not_found`, `too_large`, `invalid_input` or `internal`; an abort as it is.
 */
export async function downloadImage(url: string, options: DownloadOptions): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  try {
    const response = await openDownload(url, { ...options, signal });
    refuseFailure(response);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    if (isAbort(cause) && !timeout.aborted) throw cause;
    throw translate(cause, timeout.aborted);
  }
}

/**
 * The response of a picture or file at an address that somebody named, whatever its status, its body not yet read.
 * The same addresses are refused as by `downloadImage`; what else goes wrong is thrown as it is.
 */
export async function openDownload(
  url: string | URL,
  options: Omit<DownloadOptions, 'timeoutMs' | 'maxBytes'> & { maxBytes?: number | undefined },
): Promise<Response> {
  const first = parseAddress(String(url));
  let address = first;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await fetch(address, {
      redirect: 'manual',
      size: options.maxBytes ?? 0,
      headers: { ...options.openHeaders, ...(address.origin === first.origin && options.headers) },
      agent: agentFor(address, options),
      // Null is no signal; undefined is refused.
      signal: options.signal ?? null,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || !location) return response;
    response.body?.resume();
    address = parseAddress(location, address);
  }
  throw new BotError('invalid_input', "This picture's address redirects too often. Upload the picture itself instead.");
}

function parseAddress(text: string, base?: URL): URL {
  const address = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (address?.protocol !== 'https:' && address?.protocol !== 'http:') {
    throw new BotError('invalid_input', 'This is not a web address of a picture. Upload the picture itself instead.');
  }
  return address;
}

type Allowed = Pick<DownloadOptions, 'allowedHosts' | 'privateHosts'>;

function agentFor(address: URL, allowed: Allowed): Agent {
  return useAgent(address.href, filterFor(address, allowed));
}

function filterFor(address: URL, { allowedHosts, privateHosts = [] }: Allowed): RequestFilteringAgentOptions {
  const isPrivate = privateHosts.includes(address.hostname);
  if (allowedHosts === 'public' && !isPrivate) return {};
  if (allowedHosts !== 'public' && !allowedHosts.includes(address.hostname) && !isPrivate) {
    throw new BotError(
      'forbidden',
      `Pictures from ${address.hostname} are not fetched. Upload the picture itself instead.`,
    );
  }
  // The operator or the platform names this host, so it may well be on this machine or in a private network.
  return { allowPrivateIPAddress: true, allowMetaIPAddress: true };
}

function refuseFailure(response: Response) {
  if (response.ok) return;
  response.body?.resume();
  throw new BotError(
    'not_found',
    `This picture can't be fetched any more (status ${response.status}): links to uploads expire. Upload it again.`,
  );
}

function translate(cause: unknown, timedOut: boolean): BotError {
  if (timedOut) {
    return new BotError('internal', 'Fetching the picture took too long. Try again, or send a smaller one.', { cause });
  }
  if (cause instanceof FetchError && cause.type === 'max-size') {
    return new BotError('too_large', 'This picture is too large. Send a smaller copy.', { cause });
  }
  if (cause instanceof Error && /is not allowed/.test(cause.message)) {
    return new BotError(
      'forbidden',
      'Pictures on private networks are not fetched. Upload the picture itself instead.',
      { cause },
    );
  }
  return new BotError('internal', 'The picture could not be fetched. Try again, or upload it anew.', { cause });
}
