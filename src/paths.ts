import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json, from the sources and from `dist/` alike: bundled models and page files lie below it. */
export const packageRoot = findPackageRoot(import.meta.dirname);

function findPackageRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('package.json was not found above the program: reinstall Promptory');
  return findPackageRoot(parent);
}
