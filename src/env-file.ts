import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Sets what the .env file of the working directory, if any, has; returns its names. */
export function loadEnvFile(): string[] {
  if (!existsSync('.env')) return [];
  // Libraries read theirs from the environment: proxies, AWS_PROFILE.
  process.loadEnvFile('.env');
  return Object.keys(parseEnv(readFileSync('.env', 'utf8')));
}
