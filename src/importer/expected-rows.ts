import { stat } from 'node:fs/promises';
import { isWebAddress } from './source.ts';

/** How many rows an import of several files will have read in all, for whoever must decide that before its end. */
export interface ExpectedRows {
  /** `read`: rows of the file so far, with what an earlier run has read of it; `resumed`: those alone; `share`: of the file, 0 to 1. */
  of(file: string, progress: { read: number; resumed: number; share: number | undefined }): number;
}

/** From the sizes of the files: those behind the one that is read have as many rows a byte. A file of the web counts once it is read. */
export async function expectRows(files: readonly string[], limit = Number.POSITIVE_INFINITY): Promise<ExpectedRows> {
  const sizes = new Map<string, number>();
  for (const file of files)
    if (!isWebAddress(file)) sizes.set(file, (await stat(file).catch(() => undefined))?.size ?? 0);
  const readOf = new Map<string, number>();
  return {
    of(file, { read, resumed, share }) {
      readOf.set(file, read - resumed);
      const before = [...readOf.values()].reduce((sum, rows) => sum + rows, resumed - read);
      if (!share) return before + read - resumed;
      const whole = Math.min(limit, read / share);
      const size = sizes.get(file) ?? 0;
      const behind = size === 0 ? [] : files.slice(files.indexOf(file) + 1);
      const later = behind.map((next) => Math.min(limit, (whole * (sizes.get(next) ?? 0)) / size));
      return later.reduce((sum, rows) => sum + rows, before + whole - resumed);
    },
  };
}
