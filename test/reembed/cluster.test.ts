import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { clusterSchema } from '../../src/store/cluster.ts';
import { openDatabase } from '../../src/store/database.ts';
import { clickhouse } from '../../src/store/dialects/clickhouse.ts';
import { alone, cluster, openClusterEngine } from '../store/cluster-engine.ts';
import { temporaryFolder } from '../store/folders.ts';
import { corpusRow, idsOf, model, vector } from '../store/samples.ts';
import { nextModel } from './next-model.ts';

it('a database on a cluster is not moved in place, and says what to do instead', async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const engine = openClusterEngine(folder, { keeper: false });
  onTestFinished(() => engine.close());
  for (const statement of clusterSchema(clickhouse, model.dimensions, cluster)) {
    await engine.queryAsync(alone(statement));
  }
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log });
  onTestFinished(() => database.close());
  const store = await database.store(model);
  await store.importPairs([corpusRow('a', { promptVector: vector(3) })]);
  await expect(database.move(nextModel)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/on a cluster[\s\S]*npm run schema[\s\S]*npm run export/),
  });
  expect(await database.storedModel()).toBe(model.name);
  expect(await idsOf(store.searchPrompts(vector(3), { limit: 1 }))).toEqual(['a']);
});
