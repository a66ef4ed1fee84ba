import { setTimeout as sleep } from 'node:timers/promises';
import { HTTPError } from 'discord.js';

// About a minute in all, after discord.js's own three immediate tries.
const waitsMs = [500, 1000, 2000, 4000, 8000, 16_000, 30_000];

/** Tries again while Discord answers 5xx or can't be reached. Only for requests that may be repeated. */
export async function patiently<Value>(request: () => Promise<Value>): Promise<Value> {
  for (const wait of waitsMs) {
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(wait);
    }
  }
  return request();
}

const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
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
  if (error instanceof HTTPError) return error.status >= 500;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return error.name === 'AbortError' || networkCodes.has(code);
}
