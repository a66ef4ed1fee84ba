import { runBackupCommand } from './command.ts';
import { modelOfBackup } from './files.ts';

await runBackupCommand('restore', async (database, files) => {
  const model = await modelOfBackup(files);
  const store = await database.store(model);
  await (await database.backup(model)).load(files);
  const { prompts, images, generations } = await store.counts();
  console.error(`The database now holds ${prompts} prompts, ${images} of them with pictures, and ${generations} runs.`);
});
