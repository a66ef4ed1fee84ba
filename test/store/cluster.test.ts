import type { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterSchema } from '../../src/store/cluster.ts';
import { clickhouse } from '../../src/store/dialects/clickhouse.ts';
import { metricSettings, myscaleSql } from '../../src/store/dialects/myscale.ts';
import { rankedWords } from '../../src/store/dialects/words.ts';
import { defaultVectorIndex } from '../../src/vector-index-setting.ts';
import { cluster, onCluster, openClusterEngine } from './cluster-engine.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { model } from './samples.ts';

const schemas = {
  clickhouse: clusterSchema(clickhouse, model.dimensions, cluster),
  myscale: clusterSchema(
    myscaleSql(defaultVectorIndex, { metricSetting: metricSettings[0], words: rankedWords }),
    model.dimensions,
    cluster,
  ),
};

describe('the schema for a cluster', () => {
  let data: TemporaryFolder;
  let engine: Session;
  beforeAll(() => {
    data = temporaryFolder();
    engine = openClusterEngine(data.folder, { keeper: true });
  });
  afterAll(() => {
    // With replicas that never come to life the engine would not end.
    const tables = engine.query("SELECT name FROM system.tables WHERE database = 'default' ORDER BY engine", 'TSV');
    for (const table of tables.split('\n').filter(Boolean)) engine.query(`DROP TABLE ${table} SYNC`);
    engine.close();
    data.remove();
  });

  it.each(['clickhouse', 'myscale'] as const)('is this on %s', async (dialect) => {
    await expect(`${schemas[dialect].join(';\n\n')};\n`).toMatchFileSnapshot(`sql/cluster-${dialect}.sql`);
  });

  it.each(['clickhouse', 'myscale'] as const)(
    'is in the grammar of ClickHouse, but for the vector index of %s',
    (dialect) => {
      const foreign = schemas[dialect].filter((statement) => statement.includes(' VECTOR INDEX '));
      expect(foreign).toHaveLength(dialect === 'myscale' ? 2 : 0);
      for (const statement of schemas[dialect].filter((each) => !foreign.includes(each))) {
        const literal = statement.replaceAll(/['\\]/g, String.raw`\$&`);
        expect(() => engine.query(`SELECT formatQuery('${literal}')`)).not.toThrow();
      }
      for (const statement of foreign) {
        expect(statement).toMatch(
          /^ALTER TABLE \w+_local ON CLUSTER 'promptory' ADD VECTOR INDEX IF NOT EXISTS \w+ \w+ TYPE MSTG\('metric_type=Cosine'\)$/,
        );
      }
    },
  );

  it('makes replicated tables that the engine accepts, in an order that works, and twice', () => {
    const creations = schemas.clickhouse.filter((statement) => statement.startsWith('CREATE TABLE'));
    for (const statement of [...creations, ...creations]) engine.query(statement.replace(onCluster, ''));
    const made = engine.query(
      "SELECT engine, count() FROM system.tables WHERE database = 'default' GROUP BY engine ORDER BY engine",
      'CSV',
    );
    expect(made).toBe('"Distributed",2\n"ReplicatedMergeTree",2\n"ReplicatedReplacingMergeTree",6\n');
    expect(engine.query('SELECT count() FROM system.replicas', 'CSV')).toBe('8\n');
  });

  it('takes the name of any cluster', () => {
    const [first] = clusterSchema(clickhouse, 512, "it's {cluster}");
    expect(first).toContain(String.raw`ON CLUSTER 'it\'s {cluster}'`);
  });
});
