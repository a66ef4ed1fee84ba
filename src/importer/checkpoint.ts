import { hash } from 'node:crypto';
import { z } from 'zod';
import type { PromptStore } from '../store/store.ts';
import type { ColumnNames } from './columns.ts';
import { type ImportCounts, noCounts } from './counts.ts';
import type { Cursor } from './records.ts';
import type { ByteSource } from './source.ts';

/** How far an import of a file has come. It is kept in the database, behind the rows it tells of: an empty database knows of no import. */
export interface Progress {
  next: Cursor | undefined;
  counts: ImportCounts;
  /** Length of the file of rejected rows, bytes. */
  rejectedBytes: number;
}

export interface Checkpoint {
  /** What there is of an unfinished import. */
  load(): Promise<Progress>;
  save(progress: Progress): Promise<void>;
  remove(): Promise<void>;
}

const reasons = z.record(z.string(), z.number());

const progressSchema = z.object({
  next: z.object({ position: z.number(), line: z.number() }).optional(),
  counts: z.object({
    imported: z.number(),
    known: z.number(),
    duplicates: z.number(),
    rejected: reasons,
    pictures: z.number(),
    dead: reasons,
  }),
  rejectedBytes: z.number(),
});

const nothing: Progress = { next: undefined, counts: noCounts, rejectedBytes: 0 };

/** Of one content read with the same options: a file that has changed, or may have, is begun anew, and what is stored of it is skipped. */
export function createCheckpoint(
  store: Pick<PromptStore, 'note' | 'setNote'>,
  { name, version }: Pick<ByteSource, 'name' | 'version'>,
  options: { columns: ColumnNames; images: boolean },
): Checkpoint {
  if (version === undefined) {
    return { load: async () => nothing, save: async () => undefined, remove: async () => undefined };
  }
  const key = `import ${hash('sha256', JSON.stringify([name, version, options])).slice(0, 32)}`;
  return {
    async load() {
      const text = await store.note(key);
      const found = text === undefined ? undefined : progressSchema.parse(JSON.parse(text));
      return found ? { ...found, next: found.next } : nothing;
    },
    save: (progress) => store.setNote(key, JSON.stringify(progress)),
    remove: () => store.setNote(key, ''),
  };
}
