import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { imageColumns, promptColumns } from '../../src/store/corpus-columns.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import type { CorpusTable } from '../../src/store/schema.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { corpusRow, model, vector } from './samples.ts';

const count = z.object({ count: z.coerce.number() });

let data: TemporaryFolder;
let place: string;
let store: PromptStore;
let connection: Connection;

beforeEach(async () => {
  data = temporaryFolder();
  // A name that the engine would take for a pattern.
  const dataDir = path.join(data.folder, "it's {a,b} *");
  place = path.join(dataDir, 'chdb');
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  store = await database.store(model);
  connection = createConnection(await connectChdb(place));
});

afterEach(async () => {
  await connection.close();
  await store.close();
  data.remove();
});

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({
    ...corpusRow(`row ${from + index}`),
    imageVector: vector(index),
  }));

async function countOf(table: CorpusTable): Promise<number | undefined> {
  const [found] = await connection.read(`SELECT count() AS count FROM ${table}`, { row: count });
  return found?.count;
}

describe('rows loaded into the embedded database', () => {
  it('are dropped when they are sent again, the first ones too', async () => {
    for (const batch of [rows(0, 50), rows(50, 60), rows(0, 50), rows(50, 60), rows(60, 61)]) {
      await connection.load('prompts', promptColumns, batch);
      await connection.load('prompt_images', imageColumns, batch);
    }
    expect(await countOf('prompts')).toBe(61);
    expect(await countOf('prompt_images')).toBe(61);
  });

  it('are all refused when the table refuses one', async () => {
    const broken = [...rows(0, 50), { ...corpusRow('narrow'), promptVector: vector(1).slice(1) }];
    await expect(connection.load('prompts', promptColumns, broken)).rejects.toMatchObject({ name: 'BotError' });
    expect(await countOf('prompts')).toBe(0);
  });

  it('leave no file behind, replace what is there, and survive a refusal', async () => {
    const before = readdirSync(place).toSorted();
    writeFileSync(path.join(place, 'rows-to-load'), 'of a crash');
    await connection.load('prompts', promptColumns, rows(0, 50));
    await expect(store.importPairs([corpusRow('a', { width: -1 })])).rejects.toMatchObject({ code: 'invalid_input' });
    expect(readdirSync(place).toSorted()).toEqual(before);
    expect(await countOf('prompts')).toBe(50);
  });

  // /dev/full fails every write with a real ENOSPC of the kernel; Linux only.
  it.runIf(existsSync('/dev/full'))('tell of a full disk, and can be loaded once there is room', async () => {
    symlinkSync('/dev/full', path.join(place, 'rows-to-load'));
    await expect(store.importPairs(rows(0, 50))).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining('Free some space'),
      cause: { code: 'ENOSPC' },
    });
    expect(await store.counts()).toMatchObject({ prompts: 0, images: 0 });
    expect(await store.importPairs(rows(0, 50))).toEqual({ imported: 50, skipped: 0 });
  });
});
