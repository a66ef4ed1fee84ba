import { type Config, loadConfig } from '../config.ts';
import { BotError } from '../errors.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, stopOnSignal } from '../operator.ts';
import type { BackupFiles } from '../store/backup.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { backupFiles } from './files.ts';

type Work = (database: Database, files: BackupFiles, signal: AbortSignal, config: Config) => Promise<void>;

/** Runs `npm run export` or `npm run restore`: opens the database, does the work, and tells what went wrong and what to do. */
export async function runBackupCommand(name: string, work: Work) {
  let log = createLog('info');
  const signal = stopOnSignal();
  try {
    const [file, ...others] = process.argv.slice(2);
    if (!file || others.length > 0) throw new BotError('invalid_input', `Usage: npm run ${name} -- FILE.parquet`);
    const config = loadConfig();
    log = createLog(config.logLevel, config.secrets);
    await open(config, log, (database) => work(database, backupFiles(file), signal, config), signal);
  } catch (error) {
    if (signal.aborted) process.exitCode = 130;
    else reportFailure(error, `the ${name}`, log);
  }
  process.exit();
}

async function open(config: Config, log: Logger, work: (database: Database) => Promise<void>, signal: AbortSignal) {
  const database = await openDatabase({ ...config, log });
  try {
    await work(database);
  } finally {
    // A statement of the embedded engine that was left alone ends with this process; a close would wait for it.
    if (!signal.aborted) await database.close();
  }
}
