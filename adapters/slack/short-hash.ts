import { createHash } from 'node:crypto';

/** The same for the same text, short enough for refs and ids of blocks. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
