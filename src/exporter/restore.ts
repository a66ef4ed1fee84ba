import path from 'node:path';
import { importAlone } from '../importer/exclusive.ts';
import { showShare } from '../importer/progress.ts';
import { orAborted } from '../or-aborted.ts';
import { openState } from '../state.ts';
import { runBackupCommand } from './command.ts';
import { modelOfBackup, rowsInFile } from './files.ts';

await runBackupCommand('restore', async (database, files, signal, { dataDir }) => {
  const model = await modelOfBackup(files);
  const rows = await rowsInFile(files.prompts);
  const store = await database.store(model);
  const backup = await database.backup(model);
  const state = openState(path.join(dataDir, 'state'));
  try {
    await importAlone(store, { state, dataDir }, async (own) => {
      await own.beginBulkLoad({ rows });
      await orAborted(backup.load(files, { onFile: (name) => console.error(`${files[name]} is read`) }), signal);
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
