import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { startProgram } from './child.ts';
import { temporaryFolder } from './folders.ts';
import { corpusRow, generation, idsOf, model, vector } from './samples.ts';

const { folder, remove } = temporaryFolder();
afterEach(() => remove());

const openStore = async () => {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  return database.store(model);
};

it('holds every acknowledged row after kill -9 in an import, whole batches only, and goes on', async () => {
  const child = startProgram(new URL('./programs/import-forever.ts', import.meta.url), folder);
  for (let batches = 0; batches < 4; batches++) await child.line();
  const rest = await child.kill();
  const acknowledged = Math.max(800, ...rest.map(Number));
  const store = await openStore();
  const { prompts, images } = await store.counts();
  expect(prompts).toBeGreaterThanOrEqual(acknowledged);
  expect(prompts % 200).toBe(0);
  expect(images).toBe(prompts);
  const again = Array.from({ length: prompts + 200 }, (_, number) =>
    corpusRow(`row ${number}`, { promptVector: vector(number), imageVector: vector(-number) }),
  );
  expect(await store.importPairs(again)).toEqual({ imported: 200, skipped: prompts });
  expect(await store.counts()).toMatchObject({ prompts: prompts + 200, images: prompts + 200 });
  expect(await idsOf(store.searchPrompts(vector(799), { limit: 1 }))).toEqual(['row 799']);
  await store.close();
});

it('shows nothing of a batch that a crash cut off between pictures and prompts, and heals it on the next import', async () => {
  const prepared = await openStore();
  await prepared.importPairs([corpusRow('old', { promptVector: vector(9), imageVector: vector(9) })]);
  await prepared.close();
  const connection = createConnection(await connectChdb(`${folder}/chdb`));
  const half = { id: 'half', prompt: 'prompt of half', url: '', vector: connection.dialect.encodeVector(vector(3)) };
  await connection.insert('prompt_images', [half]);
  await connection.close();
  const store = await openStore();
  expect(await idsOf(store.searchImages(vector(3), { limit: 5 }))).toEqual(['old']);
  expect(await store.counts()).toMatchObject({ prompts: 1, images: 1 });
  expect(await store.knownIds(['half'])).toEqual(new Set());
  const row = corpusRow('half', { imageVector: vector(3) });
  expect(await store.importPairs([row])).toEqual({ imported: 1, skipped: 0 });
  expect(await idsOf(store.searchImages(vector(3), { limit: 5 }))).toEqual(['half', 'old']);
  expect(await store.counts()).toMatchObject({ prompts: 2, images: 2 });
  await store.close();
});

it('holds every acknowledged generation, post and reaction after kill -9', async () => {
  const child = startProgram(new URL('./programs/log-forever.ts', import.meta.url), folder);
  for (let logged = 0; logged < 10; logged++) await child.line();
  const rest = await child.kill();
  const last = Math.max(10, ...rest.map(Number));
  const store = await openStore();
  for (let number = 1; number <= last; number++) {
    const id = `g${number}`;
    const { promptVector, imageVectors, ...stored } = generation(id);
    expect(await store.findGeneration('scope', id)).toEqual(stored);
    expect(await store.vectorsOf('scope', id)).toEqual({ prompt: promptVector, images: imageVectors });
    expect(await store.postsOf('scope', id)).toHaveLength(1);
    expect(await store.reactionsBy('user', id)).toEqual({ like: true, dislike: false });
  }
  expect((await store.counts()).generations).toBeLessThanOrEqual(last + 1);
  await store.close();
});
