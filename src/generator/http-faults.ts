import { FetchError } from 'node-fetch';
import { systemCode } from '../errors.ts';
import { GeneratorFault, operatorsFault } from './fault.ts';
import type { HttpAnswer, HttpClientSettings } from './http.ts';
import { splitLogin } from './login.ts';

/** Why there was no whole answer. */
export function faultOf(error: unknown, timedOutMs: number | undefined, client: HttpClientSettings): GeneratorFault {
  const { name, settings } = client;
  const address = addressOf(client);
  const cause = safeCause(error);
  if (timedOutMs !== undefined) {
    const what = `${name} took longer than ${Math.ceil(timedOutMs / 1000)} seconds`;
    const remedy = 'Ask for fewer or smaller pictures, or try again later.';
    return new GeneratorFault(`${what}. ${remedy}`, {
      cause,
      forOperator: `${what}. See whether it is stuck at ${address}.`,
    });
  }
  if (error instanceof FetchError && error.type === 'max-size') {
    return new GeneratorFault(`${name} sent more than this bot reads. Ask for fewer or smaller pictures.`, {
      cause,
      isOfRequest: true,
    });
  }
  if (isBreakOff(error)) {
    const what = `${name} broke off in the middle of its answer`;
    const forOperator = `${what}; it may have crashed: its own log at ${address} says why.`;
    return new GeneratorFault(`${what}. Try again.`, { cause, forOperator });
  }
  const remedy = `Check that it runs at ${address} and that ${settings.url} is right.`;
  return operatorsFault(`${name} can't be reached`, remedy, { cause, madeNothing: neverConnected(error) });
}

/** What a bad status means. Gateways send the others of 500 and above for what may be under way behind them. */
export function meaningOf(answer: HttpAnswer, client: HttpClientSettings, cause: Error): GeneratorFault {
  const { status } = answer;
  const { name, settings, notFound } = client;
  const address = addressOf(client);
  const options = { cause, madeNothing: status < 500 || status === 503, isOfRequest: mindsRequest(status) };
  const misset = (remedy: string) => operatorsFault(`${name} does not do what it is asked for`, remedy, options);
  if (status >= 300 && status < 400) return misset(`${address} moved elsewhere: correct ${settings.url}.`);
  if (status === 401 || status === 403) {
    return operatorsFault(
      `${name} did not let this bot in`,
      `${address} refused the login: check ${settings.login}.`,
      options,
    );
  }
  if (status === 404 || status === 405) {
    return misset(`${address} doesn't know this request: check ${settings.url}${notFound ? `, and ${notFound}` : ''}.`);
  }
  if (status === 413) {
    return new GeneratorFault(
      `${name} found the request too large. Use a smaller picture or a shorter prompt.`,
      options,
    );
  }
  if (status === 429) {
    return new GeneratorFault(`${name} has too much to do. Try again ${inWhile(retryAfterMs(answer))}.`, options);
  }
  if (status < 500) return misset(`It minds the request (status ${status}): check the options of this backend.`);
  const forOperator = `${name} failed (status ${status}). Its own log at ${address} says why.`;
  return new GeneratorFault(`${name} failed. Try again.`, { ...options, forOperator });
}

/** The operator has several servers of a kind; people never read it. */
function addressOf({ url }: HttpClientSettings): string {
  return splitLogin(url).base;
}

/** The server is well, but does not take what it was sent. */
export function mindsRequest(status: number): boolean {
  return status === 400 || status === 413 || status === 422;
}

/** Milliseconds that the server asks to wait (`Retry-After`, in seconds or as a date), if it does. */
export function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const unconnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** There was no connection at all, so that the request was never sent. Looks into causes. */
export function neverConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return unconnected.has(systemCode(error)) || neverConnected(error.cause);
}

/** An error as it may be logged: its name and code. Its message has the address, and with that perhaps a prompt's words. */
function safeCause(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(typeof error);
  const safe = new Error(systemCode(error));
  safe.name = error.name;
  return safe;
}

function isBreakOff(error: unknown): boolean {
  return error instanceof Error && ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(systemCode(error));
}

function inWhile(ms: number | undefined): string {
  return ms === undefined ? 'in a while' : `in ${Math.max(1, Math.ceil(ms / 1000))} seconds`;
}
