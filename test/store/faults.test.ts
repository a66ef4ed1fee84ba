import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import type { EngineKind } from '../fakes/clickhouse/engine.ts';
import { type OnServer, openOnServer } from './on-server.ts';
import { corpusRow, generation, idsOf, model, post, reaction, vector } from './samples.ts';

const kinds: readonly EngineKind[] = ['clickhouse', 'myscale-v2'];

const batch = ['a', 'b', 'c'].map((id) => corpusRow(id, { imageVector: vector(2) }));

describe.each(kinds)('faults on the way to %s', (kind) => {
  let opened: OnServer;
  beforeEach(async () => {
    opened = await openOnServer({ kind });
  });
  afterEach(() => opened.close());

  const stored = () => opened.store.counts();

  describe.each(['reset before', 'reset after', 'bad gateway'] as const)('%s', (fault) => {
    it('of an import loses and doubles nothing', async () => {
      opened.server.faults.add(fault, /^INSERT INTO prompts /);
      opened.server.faults.add(fault, /^INSERT INTO prompt_images /);
      expect(await opened.store.importPairs(batch)).toEqual({ imported: 3, skipped: 0 });
      expect(opened.server.faults.count()).toBe(2);
      expect(await stored()).toMatchObject({ prompts: 3, images: 3 });
      expect(await rowsOf('prompts')).toBe(3);
      expect(await rowsOf('prompt_images')).toBe(3);
    });

    it('of what people did loses and doubles nothing', async () => {
      opened.server.faults.add(fault, /^INSERT INTO (generations|posts|reactions) /, 3);
      await opened.store.logGeneration(generation('g'));
      await opened.store.logPost(post('m'));
      await opened.store.logReaction(reaction('r'));
      expect(opened.server.faults.count()).toBe(3);
      expect(await stored()).toMatchObject({ generations: 1 });
      expect(await opened.store.postsOf('scope', 'g')).toHaveLength(1);
      expect(await opened.store.reactionsBy('user', 'g')).toEqual({ like: true, dislike: false });
    });

    it('of a deletion leaves nothing behind', async () => {
      for (const id of ['g', 'h']) await opened.store.logGeneration(generation(id));
      opened.server.faults.add(fault, /^ALTER TABLE \w+ DELETE/, 2);
      await opened.store.deleteGeneration('scope', 'g');
      expect(opened.server.faults.count()).toBe(2);
      expect(await opened.store.findGeneration('scope', 'g')).toBeUndefined();
      expect(await stored()).toMatchObject({ generations: 1 });
    });

    it('of a search is not seen', async () => {
      await opened.store.importPairs(batch);
      opened.server.faults.add(fault, /FROM prompts ORDER BY distance/, 2);
      const found = await idsOf(opened.store.searchPrompts(vector(1), { limit: 5 }));
      expect(found.toSorted()).toEqual(['a', 'b', 'c']);
      expect(opened.server.faults.count()).toBe(2);
    });

    it('that stays is told, and what it stopped can be done later', async () => {
      opened.server.faults.add(fault, /^INSERT INTO prompts /, 4);
      await expect(opened.store.importPairs(batch)).rejects.toMatchObject({
        code: 'database_unavailable',
        message: expect.stringMatching(/can't be reached[\s\S]*try again/),
      });
      expect(opened.server.faults.count()).toBe(4);
      await opened.store.importPairs(batch);
      expect(await rowsOf('prompts')).toBe(3);
      expect(await stored()).toMatchObject({ prompts: 3, images: 3 });
    });
  });

  it('an answer that does not come is an error that says so, and is not asked for again', async () => {
    const connection = createConnection(await connectServer(opened.server.url, { timeoutMs: 400 }));
    opened.server.faults.add('silence', /SELECT 'slow'/, 2);
    await expect(connection.read("SELECT 'slow' AS id", { row: z.object({ id: z.string() }) })).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/too busy to answer in time/),
    });
    expect(opened.server.faults.count()).toBe(1);
    expect(await connection.read("SELECT 'quick' AS id", { row: z.object({ id: z.string() }) })).toEqual([
      { id: 'quick' },
    ]);
    await connection.close();
  });

  async function rowsOf(table: string): Promise<number | undefined> {
    const connection = createConnection(await connectServer(opened.server.url));
    const [found] = await connection.read(`SELECT count() AS count FROM ${table}`, {
      row: z.object({ count: z.coerce.number() }),
    });
    await connection.close();
    return found?.count;
  }
});

it('stores once what two importers load at the same time', async () => {
  const { server, store, close } = await openOnServer();
  const log = pino({ level: 'silent' });
  const other = await openDatabase({ dataDir: 'unused', clickhouseUrl: server.url, log });
  const second = await other.store(model);
  for (let times = 0; times < 5; times++) {
    const rows = ['a', 'b', 'c'].map((id) => corpusRow(`${id}${times}`, { imageVector: vector(2) }));
    await Promise.all([store.importPairs(rows), second.importPairs(rows)]);
  }
  expect(await store.counts()).toMatchObject({ prompts: 15, images: 15 });
  await other.close();
  await close();
});

it('uses a connection again, and does without it when the server has closed it', async () => {
  const { server, store, close } = await openOnServer();
  await store.reactionsBy('user', 'g');
  const before = server.connections();
  await store.reactionsBy('user', 'g');
  await store.reactionsBy('user', 'g');
  expect(server.connections()).toBe(before);
  for (let times = 0; times < 10; times++) {
    server.closeIdle();
    await store.logReaction(reaction(`r${times}`, { user: `user ${times}` }));
    expect(await store.reactionsBy(`user ${times}`, 'g')).toEqual({ like: true, dislike: false });
  }
  expect(server.connections()).toBeGreaterThanOrEqual(before + 10);
  await close();
});
