import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** Makes a folder and those above it. Node's own recursive mkdir never ends below /proc, where nothing can be made. */
export function makeFolder(folder: string): void {
  const full = path.resolve(folder);
  if (existsSync(full)) return;
  makeFolder(path.dirname(full));
  try {
    mkdirSync(full);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
