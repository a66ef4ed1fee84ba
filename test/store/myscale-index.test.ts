import { afterEach, describe, expect, it } from 'vitest';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { buildVectorIndex, vectorIndexState, waitForVectorIndex } from '../../src/store/vector-index.ts';
import { vectorIndexSetting } from '../../src/vector-index-setting.ts';
import { type OnServer, openOnServer } from './on-server.ts';
import { corpusRow, idsOf, model, vector } from './samples.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(...parameters: Parameters<typeof openOnServer>): Promise<OnServer & { connection: Connection }> {
  const opened = await openOnServer(...parameters);
  closing.push(opened.close);
  const connection = createConnection(await connectServer(opened.server.url));
  closing.push(connection.close);
  return { ...opened, connection };
}

const importParts = async ({ store }: OnServer, parts: number) => {
  for (let part = 0; part < parts; part++) {
    await store.importPairs([corpusRow(`row ${part}`, { promptVector: vector(part) })]);
  }
};

describe('the vector index of MyScale', () => {
  it('is waited for until every part is built, with progress', async () => {
    const opened = await open({ kind: 'myscale-v2' });
    await importParts(opened, 3);
    const shares: number[] = [];
    await waitForVectorIndex(opened.connection, 'prompts', { onProgress: ({ progress }) => shares.push(progress) });
    expect(shares.at(-1)).toBe(1);
    expect(shares.length).toBeGreaterThanOrEqual(2);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(await vectorIndexState(opened.connection, 'prompts')).toEqual({ isBuilt: true, progress: 1, failure: '' });
  });

  it('need not be built for a search to find every row', async () => {
    const opened = await open({ kind: 'myscale-v2' });
    opened.server.vectorIndexes.hold(true);
    await importParts(opened, 3);
    expect(await vectorIndexState(opened.connection, 'prompts')).toMatchObject({ isBuilt: false });
    const found = await idsOf(opened.store.searchPrompts(vector(2), { limit: 3 }));
    expect(found[0]).toBe('row 2');
    expect(found).toHaveLength(3);
    // Nor by the exact scan that makes up for rows an index does not give.
    expect(opened.server.requests.filter(({ query }) => query.includes('ORDER BY distance, id'))).toEqual([]);
  });

  it('that can not be built is an error with a remedy, whose cause says why', async () => {
    const opened = await open({ kind: 'myscale-v2' });
    opened.server.vectorIndexes.breakDown('Memory limit (total) exceeded');
    await importParts(opened, 1);
    const failed = await waitForVectorIndex(opened.connection, 'prompts').catch((error: unknown) => error);
    expect(failed).toMatchObject({
      name: 'BotError',
      message: expect.stringMatching(/could not build the vector index of prompts[\s\S]*VECTOR_INDEX/),
      cause: { message: 'Memory limit (total) exceeded' },
    });
    expect(await idsOf(opened.store.searchPrompts(vector(0), { limit: 1 }))).toEqual(['row 0']);
  });

  it('is made again after a bulk load dropped it', async () => {
    const opened = await open({ kind: 'myscale-v1' });
    await opened.connection.command(opened.connection.dialect.dropVectorIndex('prompts', 'prompt_vector'));
    await importParts(opened, 2);
    expect(await vectorIndexState(opened.connection, 'prompts')).toBeUndefined();
    await buildVectorIndex(opened.connection, 'prompts', { dimensions: model.dimensions });
    expect(await vectorIndexState(opened.connection, 'prompts')).toMatchObject({ isBuilt: true });
  });

  it('is built at the end of a bulk load, and waited for with progress', async () => {
    const { store, server, ...opened } = await open({ kind: 'myscale-v2' });
    const ofPrompts = () => server.vectorIndexes.all().filter(({ table }) => table === 'prompts');
    expect(await store.beginBulkLoad({ rows: 50_000 })).toBe(true);
    expect(ofPrompts()).toEqual([]);
    await importParts({ store, server, ...opened }, 3);
    server.vectorIndexes.hold(true);
    const shares: number[] = [];
    const stopping = new AbortController();
    const onProgress = (share: number) => {
      shares.push(share);
      if (shares.length === 3) stopping.abort();
    };
    await expect(store.finishBulkLoad({ signal: stopping.signal, onProgress })).rejects.toMatchObject({
      name: expect.stringMatching(/AbortError|BotError/),
    });
    expect(shares).toEqual([0, 0, 0]);
    expect(await store.isBulkLoadUnfinished()).toBe(true);
    server.vectorIndexes.hold(false);
    await store.finishBulkLoad({ onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBe(1);
    expect(ofPrompts()).toHaveLength(1);
    expect(await store.isBulkLoadUnfinished()).toBe(false);
    expect(await vectorIndexState(opened.connection, 'prompts')).toMatchObject({ isBuilt: true });
  });

  it('that can not be built after a bulk load is told, searched without, and built by the next who can', async () => {
    const { store, server, ...opened } = await open({ kind: 'myscale-v1' });
    await store.beginBulkLoad({ rows: 50_000 });
    await importParts({ store, server, ...opened }, 2);
    server.vectorIndexes.breakDown('Memory limit (total) exceeded');
    await expect(store.finishBulkLoad()).rejects.toMatchObject({
      name: 'BotError',
      message: expect.stringMatching(/could not build the vector index of prompts/),
      cause: { message: 'Memory limit (total) exceeded' },
    });
    expect(await idsOf(store.searchPrompts(vector(1), { limit: 1 }))).toEqual(['row 1']);
    server.vectorIndexes.breakDown('');
    await store.finishBulkLoad();
    expect(await store.isBulkLoadUnfinished()).toBe(false);
    expect(await vectorIndexState(opened.connection, 'prompts')).toMatchObject({ isBuilt: true });
  });

  it('is of the type and with the parameters of VECTOR_INDEX', async () => {
    const vectorIndex = vectorIndexSetting.parse('hnswflat(m=16, ef_s=512)');
    const opened = await open({ kind: 'myscaledb-v2', vectorIndex });
    await importParts(opened, 1);
    expect(await idsOf(opened.store.searchPrompts(vector(0), { limit: 1 }))).toEqual(['row 0']);
    expect(opened.server.vectorIndexes.all().map(({ type, parameters }) => [type, ...parameters])).toEqual([
      ['HNSWFLAT', 'metric_type=Cosine', 'm=16', 'ef_c=128'],
      ['HNSWFLAT', 'metric_type=Cosine', 'm=16', 'ef_c=128'],
    ]);
    expect(opened.server.requests.some(({ query }) => query.includes("distance('ef_s=512')(prompt_vector,"))).toBe(
      true,
    );
  });

  it('that the server does not have is refused at the start, naming those it may have', async () => {
    const refused = openOnServer({ kind: 'myscaledb-v2' });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_settings',
      message: expect.stringMatching(/VECTOR_INDEX=SCANN or VECTOR_INDEX=HNSWFLAT/),
    });
  });
});

describe('which server it is', () => {
  it.each([
    ['clickhouse', 'clickhouse', /^ClickHouse \d+\./],
    ['myscale-v1', 'myscale', /^MyScale 23\.3\./],
    ['myscale-v2', 'myscale', /^MyScale 24\.8\./],
  ] as const)('%s is found by asking', async (kind, name, engine) => {
    const { connection } = await open({ kind });
    expect(connection.dialect.name).toBe(name);
    expect(connection.engine).toMatch(engine);
  });

  it('VECTOR_INDEX is refused where the server is ClickHouse', async () => {
    await expect(openOnServer({ vectorIndex: vectorIndexSetting.parse('MSTG') })).rejects.toMatchObject({
      code: 'invalid_settings',
      message: expect.stringMatching(/remove VECTOR_INDEX/),
    });
  });
});
