import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BotError } from '../errors.ts';
import type { BackupFiles } from '../store/backup.ts';
import type { Database } from '../store/database.ts';

/** Writes the whole database beside its final names first, so that an export that fails leaves an earlier one as it is. */
export async function exportDatabase(database: Database, files: BackupFiles): Promise<void> {
  const model = await database.storedVectors();
  if (!model) throw new BotError('not_found', 'This database holds nothing to export yet.');
  await mkdir(path.dirname(files.prompts), { recursive: true });
  const unfinished = namesOf(files, (file) => `${file}.unfinished`);
  try {
    await (await database.backup(model)).save(unfinished);
    for (const name of keys(files)) await rename(unfinished[name], files[name]);
  } finally {
    for (const file of Object.values(unfinished)) await rm(file, { force: true });
  }
}

function namesOf({ prompts, images, generations }: BackupFiles, named: (file: string) => string): BackupFiles {
  return { prompts: named(prompts), images: named(images), generations: named(generations) };
}

function keys(files: BackupFiles): (keyof BackupFiles)[] {
  return Object.keys(files) as (keyof BackupFiles)[];
}
