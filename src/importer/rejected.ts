import { appendFile, rm, writeFile } from 'node:fs/promises';
import { BotError, isDiskFull } from '../errors.ts';
import type { RejectedRow } from './records.ts';

/** Keeps the rows that could not be imported, with line and reason, in a CSV file beside the imported one. */
export interface RejectedFile {
  readonly path: string;
  add(row: RejectedRow): Promise<void>;
}

/** `prompts.csv` gets `prompts.rejected.csv`, made with the first rejected row; the one of an earlier run goes. */
export async function createRejectedFile(importedFile: string): Promise<RejectedFile> {
  const path = `${importedFile.replace(/\.csv$/i, '')}.rejected.csv`;
  await rm(path, { force: true });
  let started = false;
  return {
    path,
    async add({ line, reason, raw }) {
      const text = `${[line, reason, raw].map(quoted).join(',')}\n`;
      try {
        await (started ? appendFile(path, text) : writeFile(path, `line,reason,row\n${text}`));
        started = true;
      } catch (cause) {
        if (!isDiskFull(cause)) throw cause;
        throw new BotError(
          'disk_full',
          `There is no room to write ${path}. Free some space and run the import again.`,
          { cause },
        );
      }
    },
  };
}

function quoted(field: string | number): string {
  return `"${String(field).replaceAll('"', '""')}"`;
}
