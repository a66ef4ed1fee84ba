import { type Config, loadConfig } from '../config.ts';
import { BotError } from '../errors.ts';
import { createLog, type Logger } from '../log.ts';
import { reportFailure, stopOnSignal } from '../operator.ts';
import type { BackupFiles } from '../store/backup.ts';
import { backupFiles } from './files.ts';

interface BackupCommand {
  config: Config;
  files: BackupFiles;
  log: Logger;
  signal: AbortSignal;
}

/** Runs `npm run export` or `npm run restore`, and tells what went wrong and what to do. */
export async function runBackupCommand(name: string, work: (command: BackupCommand) => Promise<void>) {
  let log = createLog('info');
  const signal = stopOnSignal();
  try {
    const [file, ...others] = process.argv.slice(2);
    if (!file || file.startsWith('-') || others.length > 0)
      throw new BotError('invalid_input', `Usage: npm run ${name} -- FILE.parquet`);
    const config = loadConfig();
    log = createLog(config.logLevel, config.secrets);
    await work({ config, files: backupFiles(file), log, signal });
  } catch (error) {
    if (signal.aborted) process.exitCode = 130;
    else reportFailure(error, `the ${name}`, log);
  }
  process.exit();
}
