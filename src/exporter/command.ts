import { type Config, loadConfig } from '../config.ts';
import { BotError } from '../errors.ts';
import { createLog } from '../log.ts';
import { reportFailure } from '../operator.ts';
import type { BackupFiles } from '../store/backup.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { backupFiles } from './files.ts';

/** Runs `npm run export` or `npm run restore`: opens the database, does the work, and tells what went wrong and what to do. */
export async function runBackupCommand(name: string, work: (database: Database, files: BackupFiles) => Promise<void>) {
  let log = createLog('info');
  try {
    const [file, ...others] = process.argv.slice(2);
    if (!file || others.length > 0) throw new BotError('invalid_input', `Usage: npm run ${name} -- FILE.parquet`);
    const config: Config = loadConfig();
    log = createLog(config.logLevel, config.secrets);
    const database = await openDatabase({ ...config, log });
    await work(database, backupFiles(file)).finally(() => database.close());
  } catch (error) {
    reportFailure(error, `the ${name}`, log);
  }
}
