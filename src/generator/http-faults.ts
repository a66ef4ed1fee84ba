import { FetchError } from 'node-fetch';
import type { HttpAnswer, HttpClientSettings } from './http.ts';

/** Why there was no whole answer, with the remedy: what follows the server's name. */
export function faultOf(cause: unknown, timedOutMs: number | undefined, { settings }: HttpClientSettings): string {
  if (timedOutMs !== undefined) {
    return `took longer than ${Math.ceil(timedOutMs / 1000)} seconds. Ask for fewer or smaller pictures, or see whether it is stuck.`;
  }
  if (cause instanceof FetchError && cause.type === 'max-size') {
    return 'sent more than this bot reads. Ask for fewer or smaller pictures.';
  }
  if (isBreakOff(cause)) {
    return 'broke off in the middle of its answer; it may have crashed. Try again; its own log says why.';
  }
  return `can't be reached. Check that it runs and that ${settings.url} is right.`;
}

/** What a bad status means, with the remedy: what follows the server's name. */
export function meaningOf(answer: HttpAnswer, { settings, notFound }: HttpClientSettings): string {
  const { status } = answer;
  if (status >= 300 && status < 400) return `moved elsewhere. Correct ${settings.url}.`;
  if (status === 401 || status === 403) return `refused the login. Check ${settings.login}.`;
  if (status === 404 || status === 405) {
    return `doesn't know this request. Check ${settings.url}${notFound ? `, and ${notFound}` : ''}.`;
  }
  if (status === 413) return 'found the request too large. Use a smaller picture or a shorter prompt.';
  if (status === 429) return `has too much to do. Try again ${inWhile(retryAfterMs(answer))}.`;
  if (status >= 500) return `failed (status ${status}). Try again; its own log says why.`;
  return `did not accept the request (status ${status}). Check the generation settings; the log says what it minds.`;
}

/** Milliseconds that the server asks to wait (`Retry-After`, in seconds or as a date), if it does. */
export function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function isBreakOff(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function inWhile(ms: number | undefined): string {
  return ms === undefined ? 'in a while' : `in ${Math.max(1, Math.ceil(ms / 1000))} seconds`;
}
