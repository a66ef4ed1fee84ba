import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { openEmbedder } from '../../src/embedder/open.ts';
import type { CsvRecord, ImportRow, RejectedRow } from '../../src/importer/csv.ts';
import { importRecords } from '../../src/importer/import.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';

const log = pino({ level: 'silent' });

let models: TemporaryFolder;
let embedder: Embedder;
beforeAll(async () => {
  models = temporaryFolder();
  const options = {
    clipModel: 'tiny',
    storedModel: undefined,
    hubUrl: 'http://127.0.0.1:9',
    dataDir: models.folder,
    log,
  };
  embedder = (await openEmbedder(options)).embedder;
});
afterAll(async () => {
  await embedder.close();
  models.remove();
});

let store: PromptStore;
beforeEach(async () => {
  const { folder, remove } = temporaryFolder();
  const database = await openDatabase({ dataDir: path.join(folder), clickhouseUrl: undefined, log });
  store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
  return async () => {
    await database.close();
    remove();
  };
});

const row = (id: string, prompt = `a cat, picture ${id}`): ImportRow => ({
  id,
  prompt,
  url: '',
  width: 0,
  height: 0,
  sourceSite: '',
});

async function* records(count: number): AsyncGenerator<CsvRecord> {
  for (let index = 0; index < count; index++) yield { row: row(`row ${index}`) };
}

/** The embedder, counting the texts it is given. */
function counting(): Pick<Embedder, 'embedTexts'> & { texts: string[] } {
  const texts: string[] = [];
  return {
    texts,
    embedTexts(batch, options) {
      texts.push(...batch);
      return embedder.embedTexts(batch, options);
    },
  };
}

describe('the import', () => {
  it('embeds and stores every row, and finds them by their meaning', async () => {
    const rows = ['a red car', 'a sleeping cat', 'a snowy mountain'].map((prompt, index) => ({
      row: row(`${index}`, prompt),
    }));
    const done = await importRecords({ records: toAsync(rows), embedder, store });
    expect(done).toEqual({ imported: 3, skipped: 0, rejected: 0, stopped: false });
    const [query] = await embedder.embedTexts(['sleeping cat']);
    const [nearest] = await store.searchPrompts(query ?? new Float32Array(), { limit: 1 });
    expect(nearest?.prompt).toBe('a sleeping cat');
  });

  it('does not embed again what is stored already', async () => {
    await importRecords({ records: records(20), embedder, store, batchSize: 8 });
    const again = counting();
    const done = await importRecords({ records: records(25), embedder: again, store, batchSize: 8 });
    expect(done).toMatchObject({ imported: 5, skipped: 20 });
    expect(again.texts).toHaveLength(5);
  });

  it('counts and hands on rejected rows, and takes no more rows than the limit', async () => {
    const bad: RejectedRow = { line: 2, reason: 'it has no id', raw: ',x' };
    const given: RejectedRow[] = [];
    const onRejected = async (rejected: RejectedRow) => void given.push(rejected);
    const all = toAsync<CsvRecord>([{ rejected: bad }, { row: row('1') }, { row: row('1') }, { row: row('2') }]);
    const done = await importRecords({ records: all, embedder, store, limit: 3, onRejected });
    expect(done).toEqual({ imported: 1, skipped: 1, rejected: 1, stopped: false });
    expect(given).toEqual([bad]);
  });

  it('stops after the batch under way and goes on where it stopped', async () => {
    const stopping = new AbortController();
    const first = await importRecords({
      records: records(30),
      embedder,
      store,
      batchSize: 10,
      signal: stopping.signal,
      onBatch: () => stopping.abort(),
    });
    expect(first).toEqual({ imported: 10, skipped: 0, rejected: 0, stopped: true });
    const second = await importRecords({ records: records(30), embedder, store, batchSize: 10 });
    expect(second).toEqual({ imported: 20, skipped: 10, rejected: 0, stopped: false });
    expect(await store.counts()).toMatchObject({ prompts: 30 });
  });

  it('holds no more than a batch: it reads on only when one is stored', async () => {
    let read = 0;
    const seen: number[] = [];
    async function* watched() {
      for await (const record of records(40)) {
        read += 1;
        yield record;
      }
    }
    await importRecords({ records: watched(), embedder, store, batchSize: 10, onBatch: () => seen.push(read) });
    expect(seen).toEqual([10, 20, 30, 40]);
  });
});

async function* toAsync<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* values;
}
