import { BotError } from '../errors.ts';
import { importAlone } from '../importer/exclusive.ts';
import { showShare } from '../importer/progress.ts';
import { orAborted } from '../or-aborted.ts';
import { type Backup, type BackupFiles, backupNames } from '../store/backup.ts';
import { withDatabase } from '../with-database.ts';
import { runBackupCommand } from './command.ts';
import { modelOfBackup, rowsInFile } from './files.ts';
import { countNewRows } from './new-rows.ts';

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

await runBackupCommand('restore', async ({ config, files, log, signal }) => {
  const { dataDir } = config;
  const model = await modelOfBackup(files);
  await withDatabase({ ...config, log, abandoned: signal }, async (database, state) => {
    const store = await database.store(model);
    const backup = await database.backup(model);
    await importAlone(store, { state, dataDir }, async (own) => {
      await own.beginBulkLoad({ rows: await countNewRows(own, files.prompts, { signal }) });
      await orAborted(backup.load(files, { onFile: (name) => console.error(`${files[name]} is read`) }), signal);
      await checkWhole(await backup.rows(), files);
      const meter = showShare();
      const onProgress = (share: number) => meter.update(share, 'the index is built');
      await own.finishBulkLoad({ signal, onProgress }).finally(() => meter.stop());
    });
    const { prompts, images, generations } = await store.counts();
    console.error(
      `The database now holds ${prompts} prompts, ${images} of them with pictures, and ${generations} runs.`,
    );
  });
});
