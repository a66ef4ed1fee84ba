import path from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { beginMove } from '../../src/store/move.ts';
import { temporaryFolder } from '../store/folders.ts';
import { corpusRow, model } from '../store/samples.ts';
import { nextModel } from './next-model.ts';

const log = pino({ level: 'silent' });

function newFolder(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return folder;
}

async function open(dataDir: string) {
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log });
  onTestFinished(() => database.close());
  return database;
}

it('a database whose tables can not be exchanged is not moved, and nothing is begun', async () => {
  const folder = newFolder();
  const database = await open(folder);
  await (await database.store(model)).importPairs([corpusRow('a')]);
  const connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
  onTestFinished(connection.close);
  const read: Connection['read'] = (query, options) =>
    connection.read(
      query.replace('FROM system.databases', `FROM (SELECT name, 'Ordinary' AS engine FROM system.databases)`),
      options,
    );
  await expect(beginMove({ ...connection, read }, nextModel)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/engine Ordinary[\s\S]*ENGINE = Atomic/),
  });
  await (await database.move(nextModel)).left();
});

it('a new database has nothing to move', async () => {
  const database = await open(newFolder());
  await expect(database.move(nextModel)).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringMatching(/holds nothing to embed anew/),
  });
});

it('a third model has to wait for the end of a move that is past its switch', async () => {
  const database = await open(newFolder());
  await (await database.store(model)).importPairs([corpusRow('a')]);
  await (await database.move(nextModel)).switch();
  const third = { name: 'third', dimensions: model.dimensions };
  await expect(database.move(third)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/last move[\s\S]*next-model, is not finished/),
  });
  await (await database.move(nextModel)).finish({ keep: false });
  await (await database.move(third)).left();
});
