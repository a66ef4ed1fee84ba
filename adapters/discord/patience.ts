import { setTimeout as sleep } from 'node:timers/promises';
import { HTTPError } from 'discord.js';

// About a minute in all.
const waitsMs = [500, 1000, 2000, 4000, 8000, 16_000, 30_000];

/** Tries again while Discord answers 5xx or can't be reached; `request` is told whether an earlier try may have taken effect. */
export type Patiently = <Value>(request: (isRepeated: boolean) => Promise<Value>) => Promise<Value>;

/** Patience that ends with the last error once `stopping` aborts. */
export function createPatience(stopping: AbortSignal): Patiently {
  return async (request) => {
    for (const [tries, wait] of waitsMs.entries()) {
      try {
        return await request(tries > 0);
      } catch (error) {
        if (!isPassing(error) || stopping.aborted) throw error;
        await sleep(wait, undefined, { signal: stopping }).catch(() => {
          throw error;
        });
      }
    }
    return request(true);
  };
}

/** What a server of others answers for ever to what it does not offer. */
const notImplemented = 501;

const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** True for trouble that goes away by itself: 5xx, a lost or refused connection, a request that timed out. */
export function isPassing(error: unknown): boolean {
  if (error instanceof HTTPError) return error.status >= 500 && error.status !== notImplemented;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return error.name === 'AbortError' || networkCodes.has(code);
}
