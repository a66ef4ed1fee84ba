import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BotError } from '../errors.ts';
import { orAborted } from '../or-aborted.ts';
import { type Backup, type BackupFiles, backupNames } from '../store/backup.ts';
import type { Database } from '../store/database.ts';
import { rowsInFile } from './files.ts';

/**
 * Writes the whole database beside its final names first, so that an export that fails or is stopped leaves an earlier one as it is.
 * Throws BotError `not_found` when there is nothing, `database_unavailable` when the engine broke off, or the signal's reason.
 */
export async function exportDatabase(database: Database, files: BackupFiles, signal: AbortSignal): Promise<void> {
  const model = await database.storedVectors();
  if (!model) throw new BotError('not_found', 'This database holds nothing to export yet.');
  await mkdir(path.dirname(files.prompts), { recursive: true });
  const unfinished = namesOf(files, (file) => `${file}.unfinished`);
  try {
    await orAborted(saveWhole(await database.backup(model), unfinished), signal);
    for (const name of backupNames) await rename(unfinished[name], files[name]);
  } finally {
    for (const file of Object.values(unfinished)) await rm(file, { force: true });
  }
}

/** A server can break off with a success for its status: what it sent is counted. Bots may write meanwhile, so there are two counts of theirs. */
async function saveWhole(backup: Backup, files: BackupFiles): Promise<void> {
  const before = await backup.rows();
  await backup.save(files);
  const after = await backup.rows();
  for (const name of backupNames) {
    const rows = await rowsInFile(files[name]).catch((cause) => {
      throw brokenOff(name, 'it has no end', cause);
    });
    const least = Math.min(before[name], after[name]);
    if (rows < least) throw brokenOff(name, `${rows} rows of ${least}`);
  }
}

function brokenOff(name: keyof BackupFiles, what: string, cause?: unknown): BotError {
  return new BotError(
    'database_unavailable',
    `The database broke off while it wrote the file of ${name} (${what}); an earlier export is still there. ` +
      'Its log says why, most often for lack of memory: give it more, and run this again.',
    { cause },
  );
}

function namesOf({ prompts, images, generations, uploads }: BackupFiles, named: (file: string) => string): BackupFiles {
  return { prompts: named(prompts), images: named(images), generations: named(generations), uploads: named(uploads) };
}
