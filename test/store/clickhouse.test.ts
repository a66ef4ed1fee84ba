import path from 'node:path';
import { pino } from 'pino';
import { openDatabase } from '../../src/store/database.ts';
import { storeContract } from '../contract/store.ts';
import { startClickHouse } from '../fakes/clickhouse/server.ts';
import { temporaryFolder } from './folders.ts';
import { model } from './samples.ts';

storeContract('the store on a ClickHouse server', async () => {
  const { folder, remove } = temporaryFolder();
  const server = await startClickHouse({ folder: path.join(folder, 'server'), user: 'bot', password: 'p@ss/w:rd' });
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: server.url, log: pino({ level: 'silent' }) });
  return {
    store: await database.store(model),
    async close() {
      await database.close();
      await server.close();
      remove();
    },
  };
});
