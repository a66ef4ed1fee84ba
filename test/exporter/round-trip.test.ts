import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { exportDatabase } from '../../src/exporter/export.ts';
import { backupFiles, modelOfBackup } from '../../src/exporter/files.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { PromptStore } from '../../src/store/store.ts';
import type { EngineKind } from '../fakes/clickhouse/engine.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { temporaryFolder } from '../store/folders.ts';
import { corpusRow, generation, hostileTexts, model, post, reaction, vector } from '../store/samples.ts';

const { folder, remove } = temporaryFolder();
const files = backupFiles(path.join(folder, 'out', 'backup.parquet'));
const unstopped = new AbortController().signal;
let server: ClickHouseServer | undefined;
const opened: { close(): Promise<void> }[] = [];
const closeAll = async () => {
  for (const database of opened.splice(0)) await database.close();
};
afterEach(closeAll);
afterAll(remove);

/** The engine has one folder a process: opening one closes the other. */
async function open(name: string): Promise<Database> {
  await closeAll();
  const dataDir = path.join(folder, name);
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  opened.push(database);
  return database;
}

async function fill(store: PromptStore): Promise<void> {
  await store.importPairs(
    hostileTexts.map((prompt, index) =>
      corpusRow(`row ${index}`, {
        prompt,
        promptVector: vector(index),
        imageVector: index % 2 ? vector(-index) : undefined,
      }),
    ),
  );
  await store.logGeneration(generation('g', { prompt: 'a cat', nsfw: true, source: 'k', promptVector: vector(50) }));
  await store.logGeneration(
    generation('child', { parent: 'g', root: 'g', changes: [], neighbours: [], images: [], imageVectors: [] }),
  );
  await store.logGeneration(generation('elsewhere', { scope: 'other' }));
  for (const [job, key] of [
    ['g', 'k1'],
    ['refused', 'k2'],
  ] as const)
    await store.logUpload({ scope: 'scope', job, user: 'ann', key });
  await store.logPost(post('m1'));
  await store.logPost(post('m2'));
  await store.logReaction(reaction('r1'));
  await store.logReaction(reaction('r2', { kind: 'dislike', user: 'other' }));
  await store.logReaction(reaction('r3', { kind: 'dislike', user: 'other', delta: -1 }));
}

/** Everything a reader of the store can see. */
async function contents(store: PromptStore) {
  const query = vector(3);
  return {
    counts: await store.counts(),
    corpus: await store.searchPrompts(query, { limit: 50, scope: 'scope' }),
    pictures: await store.searchImages(query, { limit: 50, scope: 'scope' }),
    runs: await Promise.all(['g', 'child'].map((id) => store.findGeneration('scope', id))),
    elsewhere: await store.findGeneration('other', 'elsewhere'),
    vectors: await store.vectorsOf('scope', 'g'),
    posts: (await store.postsOf('scope', 'g')).sort((one, other) => one.message.localeCompare(other.message)),
    shown: await store.findGenerationByPost(post('m2')),
    uploads: [
      await store.uploadsOf('scope', { job: 'g' }),
      (await store.uploadsOf('scope', { user: 'ann' })).toSorted(),
    ],
    judged: [await store.reactionsBy('user', 'g'), await store.reactionsBy('other', 'g')],
  };
}

/** The same over HTTP, on servers of their own. */
async function openOn(kind: EngineKind, name: string): Promise<Database> {
  await closeAll();
  server = await startClickHouse({ folder: path.join(folder, kind, name), kind });
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: server.url, log: pino({ level: 'silent' }) });
  opened.push(database, server);
  return database;
}

describe.each(['clickhouse', 'myscale-v2'] as const)('an export over HTTP from %s', (kind) => {
  test('comes back whole, and twice is once', async () => {
    const source = await openOn(kind, 'source');
    const full = await source.store(model);
    await fill(full);
    const before = await contents(full);
    await exportDatabase(source, files, unstopped);
    const target = await openOn(kind, 'target');
    const restored = await target.store(model);
    const backup = await target.backup(await modelOfBackup(files));
    for (let times = 0; times < 2; times++) {
      await backup.load(files);
      expect(await contents(restored)).toEqual(before);
    }
  });
});

describe('an export that fails', () => {
  const exported = () => readdirSync(path.dirname(files.prompts)).map((name) => [name, contentOf(name)]);
  const contentOf = (name: string) => readFileSync(path.join(path.dirname(files.prompts), name)).toString('base64');

  test.each(['prompts', 'generations', 'uploads'])(
    'since the server broke off in %s leaves the last good one',
    async (table) => {
      const source = await openOn('clickhouse', `broken ${table}`);
      await fill(await source.store(model));
      await exportDatabase(source, files, unstopped);
      const before = exported();
      server?.faults.add('exception in the middle', new RegExp(`FROM ${table}[\\s\\S]*FORMAT Parquet`));
      await expect(exportDatabase(source, files, unstopped)).rejects.toMatchObject({
        code: 'database_unavailable',
        message: expect.stringMatching(new RegExp(`broke off while it wrote the file of ${table}`)),
      });
      expect(server?.faults.count()).toBe(1);
      expect(exported()).toEqual(before);
    },
  );

  test('since a file lacks rows leaves the last good one', async () => {
    const source = await openOn('clickhouse', 'short');
    await fill(await source.store(model));
    const backup = async () => {
      const whole = await source.backup(model);
      return { ...whole, rows: async () => ({ ...(await whole.rows()), images: 100 }) };
    };
    await expect(exportDatabase({ ...source, backup }, files, unstopped)).rejects.toMatchObject({
      message: expect.stringMatching(/file of images \(6 rows of 100\)/),
    });
  });

  test('since it was stopped leaves the last good one, and nothing unfinished', async () => {
    const source = await openOn('clickhouse', 'stopped');
    await fill(await source.store(model));
    await exportDatabase(source, files, unstopped);
    const before = exported();
    const stopping = new AbortController();
    server?.faults.add('silence', /FROM generations[\s\S]*FORMAT Parquet/);
    const stopped = exportDatabase(source, files, stopping.signal);
    const outcome = expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => server?.faults.count()).toBe(1);
    stopping.abort();
    await outcome;
    expect(exported()).toEqual(before);
  });
});

describe('an export', () => {
  test('comes back whole, and twice is once', async () => {
    const source = await open('source');
    const full = await source.store(model);
    await fill(full);
    const before = await contents(full);
    await exportDatabase(source, files, unstopped);

    const target = await open('target');
    expect(await modelOfBackup(files)).toEqual(model);
    const restored = await target.store(model);
    const backup = await target.backup(model);
    await backup.load(files);
    expect(await contents(restored)).toEqual(before);
    await backup.load(files);
    expect(await contents(restored)).toEqual(before);
  });

  test('leaves nothing unfinished behind, and replaces an earlier one', async () => {
    const source = await open('source');
    await (await source.store(model)).importPairs([corpusRow('one more')]);
    await exportDatabase(source, files, unstopped);
    expect(readdirSync(path.dirname(files.prompts)).sort()).toEqual([
      'backup.generations.parquet',
      'backup.images.parquet',
      'backup.parquet',
      'backup.uploads.parquet',
    ]);
    const target = await open('target again');
    const restored = await target.store(model);
    await (await target.backup(model)).load(files);
    expect(await restored.findCorpusPrompt('one more')).toBeDefined();
  });

  test('of another model is refused, and so is one of nothing', async () => {
    const target = await open('of another model');
    await target.store({ ...model, name: 'another' });
    await expect(target.backup(model)).rejects.toMatchObject({ code: 'model_mismatch' });
    await expect(exportDatabase(await open('empty'), files, unstopped)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('that lacks a file, or was written by something else, says so', async () => {
    await expect(modelOfBackup(backupFiles(path.join(folder, 'nowhere.parquet')))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/four files/),
    });
    const foreign = backupFiles(path.join(folder, 'foreign.parquet'));
    for (const file of Object.values(foreign)) writeFileSync(file, 'no parquet');
    await expect(modelOfBackup(foreign)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
