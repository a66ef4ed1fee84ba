import path from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { temporaryFolder } from './folders.ts';
import { corpusRow, idsOf, model, vector } from './samples.ts';

it('gives prompts that words fit equally well in one order, in however many parts they lie', async () => {
  const data = temporaryFolder();
  const database = await openDatabase({
    dataDir: data.folder,
    clickhouseUrl: undefined,
    log: pino({ level: 'silent' }),
  });
  const store = await database.store(model);
  const connection = createConnection(await connectChdb(path.join(data.folder, 'chdb')));
  try {
    await connection.command('SYSTEM STOP MERGES prompts');
    const common = Array.from({ length: 100 }, (_, index) => corpusRow(`row ${index}`, { prompt: `a hill ${index}` }));
    await store.importPairs(common);
    const ids = ['c', 'a', 'e', 'b', 'd'];
    for (const id of ids) await store.importPairs([corpusRow(id, { prompt: `rutkowski ${id}` })]);
    for (let again = 0; again < 20; again++)
      expect(await idsOf(store.searchWords('rutkowski', vector(1), { limit: 5 }))).toEqual(ids.toSorted());
  } finally {
    await connection.close();
    await database.close();
    data.remove();
  }
});
