import { pino } from 'pino';
import { openDatabase } from '../../src/store/database.ts';
import { storeContract } from '../contract/store.ts';
import { temporaryFolder } from './folders.ts';
import { model } from './samples.ts';

storeContract('the store in the embedded database', async () => {
  const { folder, remove } = temporaryFolder();
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  return {
    store: await database.store(model),
    async close() {
      await database.close();
      remove();
    },
  };
});
