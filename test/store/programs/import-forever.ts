import { pino } from 'pino';
import { openDatabase } from '../../../src/store/database.ts';
import { corpusRow, model, vector } from '../samples.ts';

/** Imports batch after batch and prints the last row's number of each one acknowledged, until it is killed. */
const [dataDir = ''] = process.argv.slice(2);
const batchSize = 200;
const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
const store = await database.store(model);
for (let batch = 0; ; batch++) {
  const numbers = Array.from({ length: batchSize }, (_, index) => batch * batchSize + index);
  await store.importPairs(
    numbers.map((number) => corpusRow(`row ${number}`, { promptVector: vector(number), imageVector: vector(-number) })),
  );
  console.log((batch + 1) * batchSize);
}
