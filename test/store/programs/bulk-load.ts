import { pino } from 'pino';
import { openDatabase } from '../../../src/store/database.ts';
import { bulkRows, dimensions } from '../bulk-rows.ts';

/** Loads rows without the index of the prompts, or goes on with such a load, and prints how far the index is built. */
const [dataDir = ''] = process.argv.slice(2);
const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
const store = await database.store({ name: 'test-model', dimensions });
if (!(await store.isBulkLoadUnfinished())) {
  await store.beginBulkLoad({ rows: 30_000 });
  for (const batch of bulkRows()) await store.importPairs(batch);
}
console.log('loaded');
await store.finishBulkLoad({ onProgress: (share) => console.log(`progress ${share}`) });
console.log('built');
await database.close();
