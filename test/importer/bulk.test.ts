import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { type ImportEvent, type ImportParts, runImport } from '../../src/importer/job.ts';
import { openState, type State } from '../../src/state.ts';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { vectorIndexState } from '../../src/store/vector-index.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';
import { clusteredVectors } from '../store/vectors.ts';

const dimensions = 8;
const next = clusteredVectors(5, dimensions);
const embedder: Embedder = {
  model: 'test-model',
  dimensions,
  embedTexts: async (texts) => texts.map(() => next()),
  embedImages: async (images) => images.map(() => next()),
  close: async () => undefined,
};

let data: TemporaryFolder;
let database: Database;
let state: State;
let connection: Connection;
let parts: Omit<ImportParts, 'onEvent'>;

beforeEach(async () => {
  data = temporaryFolder();
  const dataDir = data.folder;
  mkdirSync(dataDir, { recursive: true });
  const log = pino({ level: 'silent' });
  database = await openDatabase({ dataDir, clickhouseUrl: undefined, log });
  state = openState(path.join(dataDir, 'state'));
  connection = createConnection(await connectChdb(path.join(dataDir, 'chdb')));
  const store = await database.store({ name: embedder.model, dimensions });
  const images = createDiskImageFiles(path.join(dataDir, 'images'));
  const { signal } = new AbortController();
  parts = { store, embedder, images, state, dataDir, maxImageBytes: 1e6, log, signal };
});

afterEach(async () => {
  await connection.close();
  await state.close();
  await database.close();
  data.remove();
});

const rowsFrom = (first: number, count: number) =>
  `id,prompt\n${Array.from({ length: count }, (_, index) => `${first + index},a cat number ${first + index}\n`).join('')}`;

function fileOf(name: string, text: string): string {
  const file = path.join(data.folder, name);
  writeFileSync(file, text);
  return file;
}

async function hasIndex(): Promise<boolean> {
  const query = `SELECT name FROM system.data_skipping_indices
WHERE database = currentDatabase() AND table = 'prompts' AND type = 'vector_similarity'`;
  return (await connection.read(query, { row: z.object({ name: z.string() }) })).length > 0;
}

/** Imports, and tells how many rows went in while the index was there, and whether it was built in the end. */
async function importing(...files: string[]) {
  const indexed: number[] = [];
  let imported = 0;
  let isBuilt = false;
  const store: typeof parts.store = {
    ...parts.store,
    async importPairs(rows) {
      if (await hasIndex()) indexed.push(rows.length);
      return parts.store.importPairs(rows);
    },
  };
  const onEvent = (event: ImportEvent) => {
    if (event.kind === 'end') imported += event.counts.imported;
    if (event.kind === 'index') isBuilt = event.share === 1;
  };
  await runImport(
    { files, images: false, columns: {}, allowHosts: [] },
    { ...parts, store, blockRows: 4_096, onEvent },
  );
  expect(await vectorIndexState(connection, 'prompts')).toMatchObject({ isBuilt: true });
  return { imported, indexed: indexed.reduce((sum, rows) => sum + rows, 0), isBuilt };
}

it('drops the index once many rows are new, of whatever files, and keeps it where they are all known', async () => {
  const files = [fileOf('one.csv', rowsFrom(0, 12_000)), fileOf('two.csv', rowsFrom(12_000, 18_000))];
  const first = await importing(...files);
  expect(first).toMatchObject({ imported: 30_000, isBuilt: true });
  expect(first.indexed).toBeGreaterThan(12_000);
  expect(first.indexed).toBeLessThan(20_000);

  // Read as another file each time, so that no checkpoint tells that its rows are known.
  const again = fileOf('again.csv', rowsFrom(0, 30_000));
  expect(await importing(again)).toEqual({ imported: 0, indexed: 0, isBuilt: false });
  const few = fileOf('few.csv', rowsFrom(0, 30_500));
  expect(await importing(few)).toEqual({ imported: 500, indexed: 500, isBuilt: false });
  expect(await parts.store.counts()).toMatchObject({ prompts: 30_500 });
}, 300_000);
