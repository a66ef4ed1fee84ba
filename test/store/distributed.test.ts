import { pino } from 'pino';
import { clusterSchema } from '../../src/store/cluster.ts';
import { openDatabase } from '../../src/store/database.ts';
import { clickhouse } from '../../src/store/dialects/clickhouse.ts';
import { storeContract } from '../contract/store.ts';
import { alone, cluster, openClusterEngine } from './cluster-engine.ts';
import { temporaryFolder } from './folders.ts';
import { model } from './samples.ts';

const schema = clusterSchema(clickhouse, model.dimensions, cluster);

storeContract('the store over the distributed tables of a cluster', async () => {
  const { folder, remove } = temporaryFolder();
  const engine = openClusterEngine(folder, { keeper: false });
  for (const statement of schema) await engine.queryAsync(alone(statement));
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log });
  return {
    loadsInBulk: false,
    store: await database.store(model),
    async close() {
      await database.close();
      engine.close();
      remove();
    },
  };
});
