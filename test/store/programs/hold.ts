import { pino } from 'pino';
import { BotError } from '../../../src/errors.ts';
import { openDatabase } from '../../../src/store/database.ts';

/** Opens the database of a folder, tells how that went, and holds it until it is killed; `win32` pretends to be on Windows. */
const [dataDir = '', platform = process.platform] = process.argv.slice(2);
Object.defineProperty(process, 'platform', { value: platform });
try {
  await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  console.log('open');
  setInterval(() => undefined, 60_000);
} catch (error) {
  console.log(error instanceof BotError ? `${error.code}: ${error.message}` : String(error));
}
