import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createConnection } from '../../src/store/connection.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { openOnServer } from './on-server.ts';
import { corpusRow } from './samples.ts';

it('makes one part of few rows, and leaves the one that there is alone', async () => {
  const { server, store, close } = await openOnServer();
  const connection = createConnection(await connectServer(server.url));
  onTestFinished(async () => {
    await connection.close();
    await close();
  });
  const row = z.object({ parts: z.coerce.number() });
  const query = `SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase() AND table = 'prompts'`;
  const merges = () => server.requests.filter((request) => request.query.startsWith('OPTIMIZE')).length;

  await store.importPairs(['a', 'b'].map((id) => corpusRow(id)));
  await store.finishBulkLoad();
  expect(merges()).toBe(0);
  for (const id of ['c', 'd']) await store.importPairs([corpusRow(id)]);
  await store.finishBulkLoad();
  expect(await connection.read(query, { row })).toEqual([{ parts: 1 }]);
});
