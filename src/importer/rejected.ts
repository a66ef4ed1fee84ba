import { mkdir, open, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { BotError, isDiskFull } from '../errors.ts';
import type { RejectedRow } from './records.ts';
import { isWebAddress } from './source.ts';

/** Keeps the rows that could not be imported, with line and reason, in a CSV file of their own. */
export interface RejectedFile {
  readonly path: string;
  /** Resolves to the length of the file, bytes. */
  add(rows: readonly RejectedRow[]): Promise<number>;
}

/** `prompts.csv` gets `prompts.rejected.csv` beside it, others `NAME.rejected.csv`; a file of the web gets its own in `folder`. */
export function rejectedPath(name: string, folder: string): string {
  const bare = name.replace(/\.csv$/i, '');
  if (!isWebAddress(name)) return `${bare}.rejected.csv`;
  const last = path.posix.basename(new URL(name).pathname.replace(/\.csv$/i, '')) || 'import';
  return path.join(folder, `${last.replaceAll(/[^\w.-]+/g, '_')}.rejected.csv`);
}

/** Made with the first rejected row. An import that goes on keeps the first `keep` bytes of it; a new one begins without. */
export async function createRejectedFile(file: string, keep: number): Promise<RejectedFile> {
  if (keep === 0) await rm(file, { force: true });
  let length = Math.min(keep, await sizeOf(file));
  if (length > 0) await truncate(file, length);
  return {
    path: file,
    async add(rows) {
      if (rows.length === 0) return length;
      const lines = rows.map(({ line, reason, raw }) => `${[line, reason, raw].map(quoted).join(',')}\n`).join('');
      const text = Buffer.from(length === 0 ? `line,reason,row\n${lines}` : lines);
      await append(file, text);
      length += text.length;
      return length;
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
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
    if (!isDiskFull(cause)) throw cause;
    throw new BotError('disk_full', `There is no room to write ${file}. Free some space and run the import again.`, {
      cause,
    });
  }
}

function quoted(field: string | number): string {
  return `"${String(field).replaceAll('"', '""')}"`;
}
