import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { type ClickHouseServer, startClickHouse } from '../fakes/clickhouse/server.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { corpusRow, model } from './samples.ts';

let data: TemporaryFolder;
beforeEach(() => {
  data = temporaryFolder();
});
afterEach(() => data.remove());

const open = (clickhouseUrl?: string) =>
  openDatabase({ dataDir: data.folder, clickhouseUrl, log: pino({ level: 'silent' }) });

describe('a database', () => {
  it('remembers the model it was built with, and its rows, from one start to the next', async () => {
    const first = await open();
    expect(await first.storedModel()).toBeUndefined();
    const store = await first.store(model);
    await store.importPairs([corpusRow('a')]);
    await store.close();
    const second = await open();
    expect(await second.storedModel()).toBe('test-model');
    expect(await (await second.store(model)).counts()).toMatchObject({ prompts: 1 });
    await second.close();
  });

  it('refuses another model, naming both and the way out', async () => {
    const database = await open();
    await database.store(model);
    const other = database.store({ name: 'other-model', dimensions: 16 });
    await expect(other).rejects.toMatchObject({
      code: 'model_mismatch',
      message: expect.stringMatching(/test-model[\s\S]*other-model[\s\S]*npm run reembed/),
    });
    await database.close();
  });

  it('refuses to open what a newer program wrote', async () => {
    await (await open()).close();
    const connection = createConnection(await connectChdb(path.join(data.folder, 'chdb')));
    await connection.insert('migrations', [{ version: 1_000, name: 'of the future' }]);
    await connection.close();
    await expect(open()).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/newer[\s\S]*Update/),
    });
  });

  it('runs the migrations that a crash cut off, and none twice', async () => {
    const crashed = await open();
    const connection = createConnection(await connectChdb(path.join(data.folder, 'chdb')));
    await (await crashed.store(model)).logReaction({ ...reactionOfOne });
    await connection.command('DROP TABLE posts SYNC');
    await connection.command('ALTER TABLE migrations DELETE WHERE version = 1 SETTINGS mutations_sync = 2');
    const store = await crashed.store(model);
    expect(await store.postsOf('scope', 'g')).toEqual([]);
    expect(await store.reactionsBy('user', 'g')).toEqual({ like: true, dislike: false });
    await connection.close();
    await crashed.close();
  });
});

const reactionOfOne = {
  id: 'r',
  generation: 'g',
  scope: 'scope',
  user: 'user',
  kind: 'like',
  delta: 1,
  createdAt: new Date(0),
} as const;

describe('a ClickHouse server that can not be used', () => {
  let server: ClickHouseServer;
  beforeEach(async () => {
    server = await startClickHouse({ folder: path.join(data.folder, 'server'), user: 'bot', password: 'secret-word' });
  });
  afterEach(() => server.close());

  const refused = async (clickhouseUrl: string, words: RegExp) => {
    const error = await open(clickhouseUrl).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'database_unavailable', message: expect.stringMatching(words) });
    expect(String(error)).not.toContain('secret-word');
  };

  it('refuses the login', () => refused(server.url.replace('bot', 'nobody'), /user or password[\s\S]*CLICKHOUSE_URL/));

  it('lacks the database', () => refused(server.url.replace('/default', '/missing'), /missing[\s\S]*CREATE DATABASE/));

  it('is not there', async () => {
    await server.close();
    await refused(server.url, /can't be reached[\s\S]*CLICKHOUSE_URL/);
  });

  it('goes away later', async () => {
    const database = await open(server.url);
    const store = await database.store(model);
    await server.close();
    await expect(store.counts()).rejects.toMatchObject({ code: 'database_unavailable' });
    await database.close();
  });

  it('is too old for the vector index', () =>
    answering(
      200,
      '{"version":"24.8.14.39","has_vector_indices":0,"metric_settings":[],"text_functions":[]}\n',
      (url) => refused(url, /24\.8\.14\.39[\s\S]*25\.8 or later/),
    ));

  it('is a proxy without one behind it', () =>
    answering(502, '<html>Bad Gateway</html>', (url) => refused(url, /can't be reached/)));
});

async function answering(status: number, body: string, use: (url: string) => Promise<void>): Promise<void> {
  const server: Server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await use(`http://bot:secret-word@127.0.0.1:${port}/default`);
  server.close();
  server.closeAllConnections();
}
