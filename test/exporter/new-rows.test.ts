import path from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { backupFiles } from '../../src/exporter/files.ts';
import { countNewRows } from '../../src/exporter/new-rows.ts';
import { openDatabase } from '../../src/store/database.ts';
import { temporaryFolder } from '../store/folders.ts';
import { corpusRow } from '../store/samples.ts';
import { clusteredVectors } from '../store/vectors.ts';

it('counts the rows of a backup that a database lacks by their ids, whatever else it holds', async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const files = backupFiles(path.join(folder, 'out.parquet'));
  const model = { name: 'test-model', dimensions: 8 };
  const next = clusteredVectors(3, model.dimensions);
  const rowsOf = (name: string) =>
    Array.from({ length: 2_500 }, (_, row) => corpusRow(`${name} ${row}`, { promptVector: next() }));
  const [rows, others] = [rowsOf('row'), rowsOf('other')];
  const within = async (name: string, stored: typeof rows, save = false): Promise<number> => {
    const dataDir = path.join(folder, name);
    const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
    try {
      const store = await database.store(model);
      if (stored.length > 0) await store.importPairs(stored);
      if (save) await (await database.backup(model)).save(files);
      return await countNewRows(store, files.prompts, { idsAtOnce: 2_000 });
    } finally {
      await database.close();
    }
  };
  expect(await within('source', rows, true)).toBe(0);
  expect(await within('empty', [])).toBe(2_500);
  expect(await within('half', rows.slice(0, 2_200))).toBe(300);
  expect(await within('other', others)).toBe(2_500);
});
