import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Bytes of a file, or of all files in a folder. */
export function sizeOf(place: string): number {
  const found = statSync(place);
  return found.isDirectory()
    ? readdirSync(place).reduce((sum, name) => sum + sizeOf(path.join(place, name)), 0)
    : found.size;
}

export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
