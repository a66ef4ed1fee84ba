import { setTimeout as pause } from 'node:timers/promises';
import { FetchError, type Response } from 'node-fetch';
import PQueue from 'p-queue';
import type { CallOptions } from '../embedder/embedder.ts';
import { BotError, isAbort } from '../errors.ts';
import { openDownload } from '../images/download.ts';

/** A picture that can't be had; the message is the reason that is counted. */
export class DeadPicture extends Error {
  /** Passing: it may be there again in an hour. */
  readonly lasts: 'lasting' | 'passing';

  constructor(reason: string, lasts: 'lasting' | 'passing', options?: { cause?: unknown }) {
    super(reason, options);
    this.lasts = lasts;
  }
}

/** Fetches pictures of strangers' servers, many at once and few from each. */
export interface PictureDownloads {
  /** Throws DeadPicture, or an abort as it is. */
  fetch(url: string, options: CallOptions): Promise<Uint8Array>;
}

export interface DownloadLimits {
  /** Hosts that may have private addresses: the operator named them. */
  allowHosts: readonly string[];
  maxBytes: number;
  /** Requests at once. */
  overall?: number;
  perHost?: number;
  /** Between the beginnings of two requests to a host, ms. */
  pauseMs?: number;
  /** Wait before a second try, ms; doubled each time. */
  retryDelay?: number;
  timeoutMs?: number;
}

const maxTries = 4;

// A host that wants to be left alone for longer is not waited for.
const longestWaitMs = 120_000;

interface Host {
  queue: PQueue;
  /** Until when the host wants no request, ms since 1970: the latest that any of its answers said. */
  quietUntil: number;
}

export function createPictureDownloads(limits: DownloadLimits): PictureDownloads {
  const { overall = 16, perHost = 4, pauseMs = 50, retryDelay = 1_000 } = limits;
  const all = new PQueue({ concurrency: overall });
  const hosts = new Map<string, Host>();

  function hostNamed(name: string): Host {
    const known = hosts.get(name);
    if (known) return known;
    const host = { queue: new PQueue({ concurrency: perHost, interval: pauseMs, intervalCap: 1 }), quietUntil: 0 };
    hosts.set(name, host);
    // A host that is done with is forgotten, or a million hosts would add up.
    host.queue.on('idle', () => {
      if (Date.now() >= host.quietUntil) hosts.delete(name);
    });
    return host;
  }

  /** One request in its turn, when its host takes any again. What must wait holds its place in the line, so that those behind it wait too. */
  function inTurn(host: Host, url: string, { signal, busyWait }: CallOptions & { busyWait: number }): Promise<Outcome> {
    const turn = async (): Promise<Outcome> => {
      for (let wait = host.quietUntil - Date.now(); wait > 0; wait = host.quietUntil - Date.now()) {
        if (wait > longestWaitMs) throw new DeadPicture('its server wants to be left alone for now', 'passing');
        await pause(wait, undefined, { signal });
      }
      const outcome = await all.add(() => attempt(url, limits, signal), withSignal(signal));
      if ('dead' in outcome && outcome.politely)
        host.quietUntil = Math.max(host.quietUntil, Date.now() + (outcome.wait ?? busyWait));
      return outcome;
    };
    return host.queue.add(turn, withSignal(signal));
  }

  return {
    async fetch(url, { signal }) {
      const name = hostOf(url);
      for (let tries = 1; ; tries++) {
        const busyWait = retryDelay * 2 ** (tries - 1);
        const outcome = await inTurn(hostNamed(name), url, { signal, busyWait });
        if ('bytes' in outcome) return outcome.bytes;
        if (tries === maxTries || (outcome.wait ?? 0) > longestWaitMs) throw outcome.dead;
        if (!outcome.politely) await pause(busyWait, undefined, { signal });
      }
    },
  };
}

type Outcome = { bytes: Uint8Array } | { dead: DeadPicture; wait: number | undefined; politely: boolean };

/** One request. What may go better the next time is an outcome, what will not is thrown. */
async function attempt(
  url: string,
  { allowHosts, maxBytes, timeoutMs = 30_000 }: DownloadLimits,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await openDownload(url, {
      allowedHosts: 'public',
      privateHosts: allowHosts,
      maxBytes,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (response.ok) return { bytes: new Uint8Array(await response.arrayBuffer()) };
    response.body?.resume();
    return refused(response);
  } catch (cause) {
    if (cause instanceof DeadPicture || (isAbort(cause) && !timeout.aborted)) throw cause;
    const final = finalFault(cause);
    if (final) throw new DeadPicture(final, 'lasting', { cause });
    const reason = timeout.aborted ? 'it took too long' : 'its server is out of reach';
    return { dead: new DeadPicture(reason, 'passing', { cause }), wait: undefined, politely: false };
  }
}

function refused({ status, headers }: Response): Outcome {
  const isBusy = status === 429 || status === 503;
  if (!isBusy && status < 500) throw new DeadPicture(`status ${status}`, 'lasting');
  return {
    dead: new DeadPicture(`status ${status}`, 'passing'),
    wait: isBusy ? waitOf(headers.get('retry-after')) : undefined,
    politely: isBusy,
  };
}

/** Retry-After, seconds or a date (RFC 9110), in ms. */
function waitOf(header: string | null): number | undefined {
  if (!header) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

function finalFault(cause: unknown): string | undefined {
  if (cause instanceof BotError) return 'its address is no web address, or redirects too often';
  if (cause instanceof FetchError && cause.type === 'max-size') return 'it is too large';
  if (cause instanceof Error && /is not allowed/.test(cause.message)) return 'its address is private';
  return undefined;
}

function hostOf(url: string): string {
  if (!URL.canParse(url)) throw new DeadPicture('its address is no web address, or redirects too often', 'lasting');
  return new URL(url).host;
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
