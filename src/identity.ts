import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Person } from './chat.ts';

/** Turns a platform's user id into the keyed hash under which the core knows a person: the database never holds the id itself, and one person in two scopes is two hashes. */
export type HashUser = (scope: string, userId: string) => string;

/** The key is made once per data folder; without that folder nobody can tell whose a hash is. */
export function createUserHash(dataDir: string): HashUser {
  const key = readOrMakeKey(path.join(dataDir, 'user-hash.key'));
  return (scope, userId) => createHmac('sha256', key).update(`${scope}\0${userId}`).digest('hex').slice(0, 32);
}

/** For whom the daily quota does not hold: moderators, and those with one of these ids or roles. */
export function exemption(ids: readonly string[]) {
  const exempt = new Set(ids);
  return ({ id, roles = [], moderator = false }: Person): boolean =>
    moderator || [id, ...roles].some((known) => exempt.has(known));
}

function readOrMakeKey(file: string): Buffer {
  try {
    writeFileSync(file, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file);
}
