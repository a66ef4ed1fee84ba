import { stat } from 'node:fs/promises';
import { runBackupCommand } from './command.ts';
import { exportDatabase } from './export.ts';

await runBackupCommand('export', async (database, files) => {
  await exportDatabase(database, files);
  for (const file of Object.values(files)) console.error(`${file}: ${await megabytes(file)} MB`);
  console.error('Pictures are not in it: keep the folder images of DATA_DIR (or the bucket) beside these files.');
});

async function megabytes(file: string): Promise<string> {
  return ((await stat(file)).size / 1e6).toFixed(1);
}
