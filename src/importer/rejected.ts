import { hash } from 'node:crypto';
import { mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { BotError, isDiskFull } from '../errors.ts';
import type { RejectedRow } from './records.ts';
import { isWebAddress } from './source.ts';

/** Keeps the rows that could not be imported, with line and reason, in a CSV file of their own. */
export interface RejectedFile {
  path(): string;
  /** Resolves to the length of the file, bytes. */
  add(rows: readonly RejectedRow[]): Promise<number>;
}

/** The best place first. */
type Places = readonly [string, ...string[]];

/** `prompts.csv` gets `prompts.rejected.csv` beside it, others `NAME.rejected.csv`; a file of the web, or in a folder that can't be written, gets its own in `folder`. */
export function rejectedPaths(name: string, folder: string): Places {
  const isWeb = isWebAddress(name);
  const bare = (isWeb ? new URL(name).pathname : name).replace(/\.csv$/i, '');
  const last = (path.posix.basename(bare) || 'import').replaceAll(/[^\w.-]+/g, '_');
  // Many files have one name, and each its own address.
  const ours = path.join(folder, `${last}.${hash('sha256', name).slice(0, 8)}.rejected.csv`);
  return isWeb ? [ours] : [`${bare}.rejected.csv`, ours];
}

/** Made with the first rejected row. An import that goes on keeps the first `keep` bytes of it; a new one begins without. */
export async function createRejectedFile(places: Places, keep: number): Promise<RejectedFile> {
  let [file] = places;
  let length = 0;
  if (keep === 0) {
    for (const place of places) await rm(place, { force: true }).catch(() => undefined);
  } else {
    for (const place of places) if ((await sizeOf(place)) > 0) file = place;
    length = Math.min(keep, await sizeOf(file));
    if (length > 0) await truncate(file, length);
  }

  async function addTo(place: string, lines: string): Promise<void> {
    const before = place === file ? length : 0;
    const text = Buffer.from(before === 0 ? `line,reason,row\n${lines}` : lines);
    await append(place, text);
    file = place;
    length = before + text.length;
  }

  return {
    path: () => file,
    async add(rows) {
      if (rows.length === 0) return length;
      const lines = rows.map(({ line, reason, raw }) => `${[line, reason, raw].map(quoted).join(',')}\n`).join('');
      const [place = file, ...others] = places.slice(places.indexOf(file));
      await others.reduce((written, other) => written.catch(() => addTo(other, lines)), addTo(place, lines));
      return length;
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : 0;
  } catch {
    return 0;
  }
}

async function append(file: string, text: Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(file, 'a');
    try {
      await handle.appendFile(text);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (isDiskFull(cause)) {
      throw new BotError('disk_full', `There is no room to write ${file}. Free some space and run the import again.`, {
        cause,
      });
    }
    throw new BotError('forbidden', `${file} can't be written. Make it writable and run the import again.`, { cause });
  }
}

function quoted(field: string | number): string {
  return `"${String(field).replaceAll('"', '""')}"`;
}
