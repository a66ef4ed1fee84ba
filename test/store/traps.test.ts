import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import type { Session } from '../../src/store/dialects/dialect.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { corpusRow, generation, post, reaction, vector } from './samples.ts';
import { randomVector } from './vectors.ts';

const count = z.object({ count: z.coerce.number() });

let data: TemporaryFolder;
let session: Session;
let connection: Connection;
let database: Database;

beforeEach(async () => {
  data = temporaryFolder();
  database = await openDatabase({ dataDir: data.folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  session = await connectChdb(path.join(data.folder, 'chdb'));
  connection = createConnection(session);
});

afterEach(async () => {
  await connection.close();
  await database.close();
  data.remove();
});

const openStore = (dimensions = 16): Promise<PromptStore> => database.store({ name: 'test-model', dimensions });

async function changedSettings(client: Session['clients']['log']): Promise<unknown> {
  const query = 'SELECT name, value FROM system.settings WHERE changed ORDER BY name';
  return (await client.query({ query, format: 'JSONEachRow' })).json();
}

describe('traps of the embedded engine', () => {
  it('no setting of one call stays for the next of its client', async () => {
    const clients = Object.values(session.clients).flat();
    const before = await Promise.all(clients.map(changedSettings));
    await connection.command('CREATE TABLE t (id String) ENGINE = MergeTree ORDER BY id');
    await connection.insert('t', [{ id: 'a' }]);
    await connection.insert('t', [{ id: 'b' }], 'bulk');
    await connection.read('SELECT count() AS count FROM t', { row: count, settings: { max_threads: 1 } });
    expect(await Promise.all(clients.map(changedSettings))).toEqual(before);
  });

  it('the same rows can be stored again once they are gone: no insert is dropped as a repetition', async () => {
    const store = await openStore();
    for (let times = 0; times < 3; times++) {
      await store.logGeneration(generation('g'));
      expect(await store.findGeneration('scope', 'g')).toBeDefined();
      await store.deleteGeneration('scope', 'g');
    }
  });

  it('a filtered vector search does not poison later counts', async () => {
    await connection.command(
      'CREATE TABLE t (id String, site String, v Array(Float32)) ENGINE = MergeTree ORDER BY id',
    );
    await connection.command(session.dialect.addVectorIndex('t', 'v', 16));
    await connection.command(
      `INSERT INTO t SELECT toString(number), if(number % 50 = 0, 'rare', 'common'), arrayMap(i -> toFloat32(sin(number * i + i)), range(1, 17)) FROM numbers(10000)`,
    );
    const query = Float32Array.from({ length: 16 }, (_, index) => Math.sin(4 * (index + 1)));
    await connection.read(
      `SELECT id, ${session.dialect.distance('v')} AS distance FROM t WHERE site = 'rare' ORDER BY distance LIMIT 10`,
      { row: z.object({ id: z.string() }), parameters: { vector: session.dialect.encodeVector(query) } },
    );
    const rare = await connection.read(`SELECT count() AS count FROM t WHERE site = 'rare'`, { row: count });
    expect(rare).toEqual([{ count: 200 }]);
  });

  it('deleting touches no indexed table and leaves no masked rows behind', async () => {
    const store = await openStore();
    await store.importPairs([corpusRow('a', { imageVector: vector(1) })]);
    for (const id of ['g', 'h']) {
      await store.logGeneration(generation(id));
      await store.logPost(post(id, { generation: id }));
      await store.logReaction(reaction(id, { generation: id }));
    }
    await store.deleteGeneration('scope', 'g');
    const row = z.object({ name: z.string() });
    const mutated = await connection.read(
      "SELECT DISTINCT table AS name FROM system.mutations WHERE command LIKE '%DELETE%' ORDER BY name",
      { row },
    );
    expect(mutated.map(({ name }) => name)).toEqual(['generations', 'posts', 'reactions']);
    const masked = await connection.read(
      'SELECT count() AS count FROM system.parts WHERE active AND has_lightweight_delete',
      { row: count },
    );
    expect(masked).toEqual([{ count: 0 }]);
  });

  it('a slow import holds up neither a search nor a log write, and imports wait for each other', async () => {
    const own = await connectChdb(path.join(data.folder, 'chdb'));
    const order: string[] = [];
    const noting = (name: string, work: Promise<unknown>) => work.then(() => order.push(name));
    const { bulk } = own.clients;
    const busy = createConnection(own);
    await busy.command('CREATE TABLE t (id String) ENGINE = MergeTree ORDER BY id');
    const slow = noting('slow', bulk.command({ query: 'SELECT sleepEachRow(1) FROM numbers(2) FORMAT Null' }));
    const imported = noting('import', busy.insert('t', [{ id: 'a' }], 'bulk'));
    await noting('search', busy.read('SELECT count() AS count FROM t', { row: count }));
    await noting('log', busy.insert('t', [{ id: 'b' }]));
    await Promise.all([slow, imported]);
    await busy.close();
    expect(order).toEqual(['search', 'log', 'slow', 'import']);
  });

  it('slow reads hold up no search, nor its words, its own prompts and their likes', async () => {
    const store = await openStore();
    await store.importPairs([corpusRow('a', { prompt: 'rutkowski' })]);
    await store.logGeneration(generation('g'));
    const order: string[] = [];
    const noting = (name: string, work: Promise<unknown>) => work.then(() => order.push(name));
    const slow = ['slow', 'slow'].map((name) =>
      noting(name, connection.read('SELECT sleep(3) AS count', { row: count })),
    );
    const options = { limit: 5, scope: 'scope' };
    await noting('other read', connection.read('SELECT 1 AS count', { row: count }));
    await noting('search', store.searchPrompts(vector(1), options));
    await noting('words', store.searchWords('rutkowski', vector(1), options));
    await Promise.all(slow);
    expect(order).toEqual(['other read', 'search', 'words', 'slow', 'slow']);
  });

  it('the engine itself stops a query that takes too long, for the client would only stop waiting', async () => {
    const limits = await connection.read(`SELECT toUInt32(getSetting('max_execution_time')) AS count`, { row: count });
    expect(limits).toEqual([{ count: 30 }]);
    const endless = connection.read('SELECT sum(sin(number)) AS count FROM numbers(1000000000000)', {
      row: count,
      settings: { max_execution_time: 1 },
    });
    await expect(endless).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/in time/),
    });
    expect(await connection.read('SELECT 1 AS count', { row: count })).toEqual([{ count: 1 }]);
  });

  it('one process holds one folder: a second one is refused with a remedy, the first goes on', async () => {
    const other = path.join(data.folder, 'other');
    const second = openDatabase({ dataDir: other, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
    await expect(second).rejects.toMatchObject({ name: 'BotError', message: expect.stringContaining(other) });
    expect(await database.storedModel()).toBeUndefined();
  });

  it('vectors and texts survive a transport that knows no bytes but UTF-8', async () => {
    const store = await openStore(512);
    const embedding = randomVector(1, 512);
    await store.importPairs([corpusRow('a', { prompt: '\0ÿ猫😀', promptVector: embedding })]);
    const [found] = await store.searchPrompts(embedding, { limit: 1 });
    expect(found).toMatchObject({ prompt: '\0ÿ猫😀' });
    expect(found?.cosine).toBeCloseTo(1, 6);
  });

  it('one batch is one part, so that it is there whole or not at all', async () => {
    const store = await openStore(512);
    // Above 10 MB of text, where the engine would parse in pieces.
    const batch = Array.from({ length: 3_000 }, (_, index) =>
      corpusRow(`row ${index}`, { promptVector: randomVector(index, 512), prompt: `${index} ${'x'.repeat(1_500)}` }),
    );
    await store.importPairs(batch);
    const query = `SELECT count() AS count FROM system.parts WHERE active AND table = 'prompts'`;
    expect(await connection.read(query, { row: count })).toEqual([{ count: 1 }]);
  });

  it('few rows become one part when their load ends, for every part has a graph that each search walks', async () => {
    const store = await openStore();
    for (const id of ['a', 'b', 'c']) await store.importPairs([corpusRow(id)]);
    await store.finishBulkLoad();
    const query = `SELECT count() AS count FROM system.parts WHERE active AND table = 'prompts'`;
    expect(await connection.read(query, { row: count })).toEqual([{ count: 1 }]);
    expect(await store.counts()).toMatchObject({ prompts: 3 });
  });
});
