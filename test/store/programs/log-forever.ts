import { pino } from 'pino';
import { openDatabase } from '../../../src/store/database.ts';
import { generation, model, post, reaction } from '../samples.ts';

/** Logs generations with a post and a reaction and prints the number of each one acknowledged, until it is killed. */
const [dataDir = ''] = process.argv.slice(2);
const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
const store = await database.store(model);
for (let number = 1; ; number++) {
  const id = `g${number}`;
  await store.logGeneration(generation(id));
  await store.logPost(post(`message ${number}`, { generation: id }));
  await store.logReaction(reaction(`reaction ${number}`, { generation: id }));
  console.log(number);
}
