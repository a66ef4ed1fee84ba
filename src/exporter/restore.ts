import path from 'node:path';
import { BotError } from '../errors.ts';
import { importAlone } from '../importer/exclusive.ts';
import { showShare } from '../importer/progress.ts';
import { orAborted } from '../or-aborted.ts';
import { openState } from '../state.ts';
import { type Backup, type BackupFiles, backupNames } from '../store/backup.ts';
import { runBackupCommand } from './command.ts';
import { modelOfBackup, rowsInFile } from './files.ts';

/** A server may break off in the middle of an insert after it answered that all is well. */
async function checkWhole(rows: Awaited<ReturnType<Backup['rows']>>, files: BackupFiles) {
  for (const name of backupNames) {
    const wanted = await rowsInFile(files[name]);
    if (rows[name] >= wanted) continue;
    throw new BotError(
      'database_unavailable',
      `The database broke off: it holds ${rows[name]} of the ${wanted} rows of ${files[name]}. Its log says why; run this again to go on.`,
    );
  }
}

await runBackupCommand('restore', async (database, files, signal, { dataDir }) => {
  const model = await modelOfBackup(files);
  const rows = await rowsInFile(files.prompts);
  const store = await database.store(model);
  const backup = await database.backup(model);
  const state = openState(path.join(dataDir, 'state'));
  try {
    await importAlone(store, { state, dataDir }, async (own) => {
      // A backup that is there already, or half of it, brings no more than this.
      await own.beginBulkLoad({ rows: rows - (await own.counts()).prompts });
      await orAborted(backup.load(files, { onFile: (name) => console.error(`${files[name]} is read`) }), signal);
      await checkWhole(await backup.rows(), files);
      const meter = showShare();
      const onProgress = (share: number) => meter.update(share, 'the index is built');
      await own.finishBulkLoad({ signal, onProgress }).finally(() => meter.stop());
    });
  } finally {
    await state.close();
  }
  const { prompts, images, generations } = await store.counts();
  console.error(`The database now holds ${prompts} prompts, ${images} of them with pictures, and ${generations} runs.`);
});
