import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Pictures } from '../../src/importer/pictures.ts';
import { runReembed } from '../../src/reembed/run.ts';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import type { Move } from '../../src/store/move.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/folders.ts';
import { corpusRow, generation, hostileTexts, idsOf, model, post, reaction, vector } from '../store/samples.ts';
import { nextEmbedder, nextModel, nextPictures, nextVector } from './next-model.ts';

const log = pino({ level: 'silent' });
let data: TemporaryFolder;
let server: ClickHouseServer | undefined;
let database: Database;
let store: PromptStore;
let connection: Connection;
let moved: number;
let steps: [text: string, isSwitched: boolean][];

const open = () =>
  openDatabase({
    dataDir: data.folder,
    clickhouseUrl: server?.url,
    log,
    onMoved: () => {
      moved += 1;
    },
  });

const run = (move: Move, options: { keep?: boolean; pictures?: Pictures } = {}) =>
  runReembed({
    move,
    embedder: nextEmbedder,
    pictures: options.pictures ?? nextPictures,
    keep: options.keep ?? false,
    signal: new AbortController().signal,
    onStep: (text, isSwitched) => steps.push([text, isSwitched]),
    onProgress: () => undefined,
  });

async function fill() {
  await store.importPairs(
    hostileTexts.map((prompt, index) =>
      corpusRow(`row ${index}`, { prompt, promptVector: vector(index), imageVector: vector(-index - 1) }),
    ),
  );
  await store.importPairs([corpusRow('gone', { url: 'gone', imageVector: vector(77) })]);
  await store.logGeneration(generation('g', { nsfw: true, source: 'k' }));
  await store.logGeneration(generation('g'));
  await store.logGeneration(generation('child', { parent: 'g', root: 'g', images: [], imageVectors: [] }));
  const images = [{ key: 'gone', width: 1, height: 1, seed: 1 }];
  await store.logGeneration(generation('elsewhere', { scope: 'other', images }));
  await store.logPost(post('m'));
  await store.logReaction(reaction('r'));
}

/** What a move must not change. */
async function contents(of: PromptStore) {
  return {
    runs: await Promise.all(['g', 'child'].map((id) => of.findGeneration('scope', id))),
    elsewhere: await of.findGeneration('other', 'elsewhere'),
    posts: await of.postsOf('scope', 'g'),
    judged: await of.reactionsBy('user', 'g'),
    corpus: await Promise.all(hostileTexts.map((_, index) => of.findCorpusPrompt(`row ${index}`))),
  };
}

const tables = async () => {
  const row = z.object({ name: z.string() });
  const query = `SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%\\_%' ORDER BY name`;
  return (await connection.read(query, { row })).map(({ name }) => name);
};

describe.each(['chdb', 'clickhouse', 'myscale-v2'] as const)('a move to another model on %s', (kind) => {
  beforeEach(async () => {
    data = temporaryFolder();
    moved = 0;
    steps = [];
    server = kind === 'chdb' ? undefined : await startClickHouse({ folder: path.join(data.folder, 'server'), kind });
    database = await open();
    store = await database.store(model);
    connection = createConnection(
      server ? await connectServer(server.url) : await connectChdb(path.join(data.folder, 'chdb')),
    );
    await fill();
  });
  afterEach(async () => {
    await connection.close();
    await database.close();
    await server?.close();
    data.remove();
  });

  it('embeds everything anew, changes nothing else, and leaves no table behind', async () => {
    const before = await contents(store);
    const outcome = await run(await database.move(nextModel));
    const rows = hostileTexts.length;
    expect(outcome).toEqual({ dead: ['it is gone', 'it is gone'], rows: rows + 1 + rows + 3 });
    expect(steps).toEqual([
      ['Embedding what came meanwhile.', false],
      ['Building the indexes; searches go on meanwhile.', false],
      ['Embedding what came meanwhile.', false],
      ['The new tables are in use; embedding what came at the last moment.', true],
      ['Dropping the old tables.', true],
    ]);
    expect(await database.storedModel()).toBe(nextModel.name);
    const next = await database.store(nextModel);
    expect(await contents(next)).toEqual(before);
    for (const [index, prompt] of hostileTexts.entries()) {
      expect(await idsOf(next.searchPrompts(nextVector(prompt), { limit: 1 }))).toEqual([`row ${index}`]);
    }
    expect(await idsOf(next.searchImages(nextVector('https://pictures.example/row 3'), { limit: 1 }))).toEqual([
      'row 3',
    ]);
    expect(await next.vectorsOf('scope', 'g')).toEqual({
      prompt: nextVector('refined prompt of g'),
      images: [nextVector('g-picture')],
    });
    expect((await next.vectorsOf('other', 'elsewhere'))?.images).toEqual([]);
    expect(await next.counts()).toEqual({
      prompts: hostileTexts.length + 1,
      images: hostileTexts.length,
      generations: 3,
    });
    expect(await tables()).toEqual(['prompt_images']);
  });

  it('tells a program that still has the old model, and takes nothing of it', async () => {
    await run(await database.move(nextModel));
    const late = generation('late');
    for (const work of [
      () => store.searchPrompts(vector(1), { limit: 3 }),
      () => store.searchImages(vector(1), { limit: 3 }),
      () => store.searchWords('refined artist', vector(1), { limit: 3, scope: 'scope' }),
      () => store.vectorsOf('scope', 'g'),
      () => store.logGeneration(late),
      () => store.importPairs([corpusRow('late')]),
    ]) {
      await expect(work()).rejects.toMatchObject({
        code: 'model_mismatch',
        message: expect.stringMatching(/moved[\s\S]*Start this program/),
      });
    }
    expect(moved).toBeGreaterThanOrEqual(5);
    expect(await store.findGeneration('scope', 'late')).toBeUndefined();
  });

  it('tells it also when both models are of one width', async () => {
    const twin = { ...nextModel, dimensions: model.dimensions };
    const embedder = { embedTexts: async (texts: readonly string[]) => texts.map(() => vector(5)) };
    const pictures = { embeds: true, of: async (url: string) => ({ url, vector: vector(6) }) };
    const move = await database.move(twin);
    const signal = new AbortController().signal;
    await runReembed({
      move,
      embedder,
      pictures,
      keep: false,
      signal,
      onStep: () => undefined,
      onProgress: () => undefined,
    });
    for (const work of [
      () => store.searchPrompts(vector(1), { limit: 3 }),
      () => store.searchImages(vector(1), { limit: 3 }),
      () => store.searchPrompts(vector(1), { limit: 3, scope: 'scope' }),
      () => store.searchWords('refined artist', vector(1), { limit: 3, scope: 'scope' }),
      () => store.vectorsOf('scope', 'g'),
      () => store.logGeneration(generation('late')),
      () => store.importImages([{ ...corpusRow('late'), imageVector: vector(3) }]),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'model_mismatch' });
    }
    expect(moved).toBeGreaterThanOrEqual(6);
  });

  it('brings what comes meanwhile, and not what is deleted meanwhile', async () => {
    const move = await database.move(nextModel);
    const keep: Move['keep'] = async (table, rows) => {
      if (table === 'generations' && rows.some(({ row }) => row.id === 'g')) await store.deleteGeneration('scope', 'g');
      await move.keep(table, rows);
    };
    const buildIndexes: Move['buildIndexes'] = async (options) => {
      await move.buildIndexes(options);
      await store.importPairs([corpusRow('a first one', { imageVector: vector(8) })]);
      await store.logGeneration(generation('between', { prompt: 'between' }));
    };
    const switchTables: Move['switch'] = async () => {
      await store.logGeneration(generation('at the last moment'));
      await move.switch();
    };
    await run({ ...move, keep, buildIndexes, switch: switchTables });
    const next = await database.store(nextModel);
    expect(await next.findGeneration('scope', 'g')).toBeUndefined();
    expect(await next.vectorsOf('scope', 'between')).toMatchObject({ prompt: nextVector('between') });
    expect(await next.findGeneration('scope', 'at the last moment')).toBeDefined();
    expect(await next.findCorpusPrompt('a first one')).toBeDefined();
    expect(await next.counts()).toMatchObject({ prompts: hostileTexts.length + 2, images: hostileTexts.length + 1 });
  });

  it('keeps the old tables when asked to, and deletes a generation from them too', async () => {
    await run(await database.move(nextModel), { keep: true });
    expect(await tables()).toEqual(['generations_before', 'prompt_images', 'prompt_images_before', 'prompts_before']);
    await (await database.store(nextModel)).deleteGeneration('scope', 'g');
    const query = `SELECT id FROM generations_before WHERE scope = 'scope' ORDER BY id`;
    const left = await connection.read(query, { row: z.object({ id: z.string() }) });
    expect(left.map(({ id }) => id)).toEqual(['child']);
  });

  it.each([0, 1, 2])(
    'cut off after %i exchanges, is finished by whoever opens the database next',
    async (exchanges) => {
      const move = await database.move(nextModel);
      const stop = new Error('power cut');
      const cut = { ...move, switch: async () => Promise.reject(stop) };
      await expect(run(cut)).rejects.toBe(stop);
      const names = ['generations', 'prompts', 'prompt_images'].slice(0, exchanges);
      for (const name of names) await connection.command(`EXCHANGE TABLES ${name} AND ${name}_next`);
      const other = await open();
      expect(await other.storedModel()).toBe(exchanges === 0 ? model.name : nextModel.name);
      const mayRead = exchanges === 0 ? model : nextModel;
      const width = mayRead.dimensions;
      const query = exchanges === 0 ? vector(4) : nextVector(hostileTexts[4] ?? '');
      expect(query).toHaveLength(width);
      expect(await idsOf((await other.store(mayRead)).searchPrompts(query, { limit: 1 }))).toEqual(['row 4']);
      await run(await other.move(nextModel));
      expect(await tables()).toEqual(['prompt_images']);
      await other.close();
    },
  );

  it.each([1, 3])('cut off after %i old tables were put aside, is finished by the next try', async (aside) => {
    const stop = new Error('power cut');
    const move = await database.move(nextModel);
    await expect(run({ ...move, finish: async () => Promise.reject(stop) })).rejects.toBe(stop);
    for (const name of ['generations', 'prompts', 'prompt_images'].slice(0, aside))
      await connection.command(`RENAME TABLE ${name}_next TO ${name}_before`);
    const other = await open();
    const again = await other.move(nextModel);
    expect(Object.values(await again.left()).slice(0, aside)).toEqual(Array(aside).fill(0));
    await run(again);
    expect(await tables()).toEqual(['prompt_images']);
    expect(await (await other.store(nextModel)).counts()).toMatchObject({ prompts: hostileTexts.length + 1 });
    await other.close();
  });

  it('asks once for a picture that can not be had', async () => {
    const asked: string[] = [];
    const of: Pictures['of'] = (url, options) => {
      asked.push(url);
      return nextPictures.of(url, options);
    };
    await run(await database.move(nextModel), { pictures: { ...nextPictures, of } });
    // One is of a run, the other of the corpus.
    expect(asked.filter((url) => url.includes('gone'))).toHaveLength(2);
  });

  it('cut off after the exchange, does not stand in the way of a third model unless rows are missing', async () => {
    const third = { name: "third's", dimensions: nextModel.dimensions };
    const stop = new Error('stopped');
    const move = await database.move(nextModel);
    await expect(run({ ...move, finish: async () => Promise.reject(stop) })).rejects.toBe(stop);
    const moveRow = (from: string, to: string) =>
      connection.command(`INSERT INTO ${to} SELECT * FROM ${from} WHERE id = 'g'`);
    await connection.command('CREATE TABLE kept AS generations');
    await moveRow('generations', 'kept');
    await connection.command("ALTER TABLE generations DELETE WHERE id = 'g' SETTINGS mutations_sync = 2");
    await expect(database.move(third)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is not finished'),
    });
    await moveRow('kept', 'generations');
    await run(await database.move(third));
    expect(await database.storedModel()).toBe(third.name);
    expect(await (await database.store(third)).counts()).toMatchObject({ prompts: hostileTexts.length + 1 });
  });

  it('begins anew for a third model, and refuses one that is there', async () => {
    const move = await database.move(nextModel);
    const stop = new Error('stopped');
    await expect(run({ ...move, buildIndexes: async () => Promise.reject(stop) })).rejects.toBe(stop);
    const third = { name: "third's", dimensions: nextModel.dimensions };
    await run(await database.move(third));
    expect(await database.storedModel()).toBe(third.name);
    await expect(database.move(third)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/already/),
    });
    await run(await database.move(nextModel));
    expect(await (await database.store(nextModel)).counts()).toMatchObject({ prompts: hostileTexts.length + 1 });
  });
});
