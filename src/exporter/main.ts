import { stat } from 'node:fs/promises';
import { withDatabaseToRead } from '../with-database.ts';
import { runBackupCommand } from './command.ts';
import { exportDatabase } from './export.ts';

await runBackupCommand('export', async ({ config, files, log, signal }) => {
  const options = { ...config, log, abandoned: signal };
  await withDatabaseToRead(options, (database) => exportDatabase(database, files, signal));
  for (const file of Object.values(files)) console.error(`${file}: ${await megabytes(file)} MB`);
  console.error('Pictures are not in it: keep the folder images of DATA_DIR (or the bucket) beside these files.');
  console.error('When you move, take user-hash.key of DATA_DIR along too: without it everybody is a new user.');
});

async function megabytes(file: string): Promise<string> {
  return ((await stat(file)).size / 1e6).toFixed(1);
}
