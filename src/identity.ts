import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Person } from './chat.ts';

/** Turns a platform's user id into the keyed hash under which the core knows a person: the database never holds the id itself, and one person in two scopes is two hashes. */
export type HashUser = (scope: string, userId: string) => string;

/** Agrees on one key with other processes: given ours (undefined: none yet) and a fresh one, returns the one that holds. */
export type AgreeOnKey = (ours: Buffer | undefined, fresh: Buffer, file: string) => Promise<Buffer>;

/** The key is made once per data folder, or taken over from others; without that folder nobody can tell whose a hash is. */
export async function createUserHash(dataDir: string, agree?: AgreeOnKey): Promise<HashUser> {
  const file = path.join(dataDir, 'user-hash.key');
  const fresh = randomBytes(32);
  const key = readOrMakeKey(file, agree ? await agree(readKey(file), fresh, file) : fresh);
  return (scope, userId) => createHmac('sha256', key).update(`${scope}\0${userId}`).digest('hex').slice(0, 32);
}

/** For whom the daily quota does not hold: moderators, and those with one of these ids or roles. */
export function exemption(ids: readonly string[]) {
  const exempt = new Set(ids);
  return ({ id, roles = [], moderator = false }: Person): boolean =>
    moderator || [id, ...roles].some((known) => exempt.has(known));
}

function readOrMakeKey(file: string, fresh: Buffer): Buffer {
  try {
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file);
}

function readKey(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
