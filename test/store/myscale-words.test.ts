import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { connectServer } from '../../src/store/dialects/server.ts';
import { isIndexed, rankedWords } from '../../src/store/dialects/words.ts';
import { migrate } from '../../src/store/migrations.ts';
import { bestByWords, wordsIn } from '../../src/store/words.ts';
import type { EngineKind } from '../fakes/clickhouse/engine.ts';
import { type OnServer, openOnServer } from './on-server.ts';
import { corpusRow, hostileTexts, idsOf, model, vector, wordParameters } from './samples.ts';

let opened: OnServer;
let connection: Connection;
const open = async (kind: EngineKind) => {
  opened = await openOnServer({ kind });
  connection = createConnection(await connectServer(opened.server.url));
};
afterEach(async () => {
  await connection.close();
  await opened.close();
});

const search = (words: string) => idsOf(opened.store.searchWords(words, vector(1), { limit: 5 }));
const importPrompts = (prompts: readonly string[]) =>
  opened.store.importPairs(prompts.map((prompt) => corpusRow(prompt, { prompt })));
const wordSearches = () =>
  opened.server.requests.filter(({ query }) => query.includes('AS score')).map(({ query }) => query);
const versions = () =>
  connection.read('SELECT version FROM migrations ORDER BY version', { row: z.object({ version: z.number() }) });

describe('the words of the prompts on MyScale', () => {
  beforeEach(() => open('myscale-v2'));

  it('are found through its index, in any case and any script', async () => {
    await importPrompts(['a castle by Rutkowski', 'ein Schloß von Dürer', '沙发上睡着的猫']);
    expect(await search('RUTKOWSKI')).toEqual(['a castle by Rutkowski']);
    expect(await search('dürer!')).toEqual(['ein Schloß von Dürer']);
    expect(await search('沙发上睡着的猫')).toEqual(['沙发上睡着的猫']);
    expect(wordSearches()).toHaveLength(3);
    for (const query of wordSearches()) expect(query).toContain('textsearch(');
  });

  it('are no query language, whatever a person types', async () => {
    await importPrompts(['rutkowski castle', 'prompt:mucha AND NOT river', '"oil" + (water*)']);
    expect(await search('rutkowski AND river')).toEqual(['prompt:mucha AND NOT river', 'rutkowski castle']);
    expect(await search('"oil" -water')).toEqual(['"oil" + (water*)']);
    expect(new Set(await search('oil:castle~2^5 [a TO z]'))).toEqual(new Set(['rutkowski castle', '"oil" + (water*)']));
    expect(await search("') OR 1 --")).toEqual([]);
  });

  it('are the same to the index and to a scan', async () => {
    await importPrompts([...hostileTexts, 'letters—and dashes', 'dashes', `${'y'.repeat(200)} long`, 'it’s', 'its']);
    const find = (rare: readonly string[], rows?: string) =>
      connection.read(bestByWords(connection.dialect, rows), {
        row: z.object({ id: z.string(), score: z.number() }),
        parameters: wordParameters(rare),
      });
    const texts = [...hostileTexts, 'letters', 'dashes', 'y'.repeat(200), 's', 'its', 'the'];
    const indexed = texts.map(wordsIn).filter((words) => words.length > 0 && isIndexed(words));
    expect(indexed.length).toBeGreaterThanOrEqual(12);
    for (const words of indexed) {
      const rows = rankedWords.rowsByWords?.('prompts', 'prompt', 'rare');
      const ranked = new Set((await find(words, rows)).map(({ id, score }) => `${id} ${score}`));
      expect(ranked).toEqual(new Set((await find(words)).map(({ id, score }) => `${id} ${score}`)));
    }
  });

  it('are scanned where the index would split them, leave them out, or find others', async () => {
    const split = ['it’s', '👩‍👩‍👧‍👦', 'naïve\u0301ly', 'x'.repeat(20_000)];
    await importPrompts(['a cat', ...split]);
    for (const prompt of split) expect(await search(prompt)).toEqual([prompt]);
    for (const query of wordSearches()) expect(query).not.toContain('textsearch(');
  });

  it('are found although a part is not indexed, or there is no index', async () => {
    await importPrompts(['a castle by Rutkowski']);
    const [add = ''] = connection.dialect.addWordIndex('prompts', 'prompt');
    await connection.command('ALTER TABLE prompts DROP INDEX prompt_words SETTINGS mutations_sync = 2');
    expect(await search('rutkowski')).toEqual(['a castle by Rutkowski']);
    await connection.command(add);
    await importPrompts(['a river by Rutkowski']);
    expect(new Set(await search('rutkowski'))).toEqual(new Set(['a castle by Rutkowski', 'a river by Rutkowski']));
  });

  it('get their index in a database from before there was one, for the rows it has', async () => {
    await importPrompts(['a castle by Rutkowski']);
    await connection.command('ALTER TABLE prompts DROP INDEX prompt_words SETTINGS mutations_sync = 2');
    await connection.command('ALTER TABLE migrations DELETE WHERE version = 2 SETTINGS mutations_sync = 2');
    await migrate(connection, model);
    expect(await versions()).toContainEqual({ version: 2 });
    expect(await search('rutkowski')).toEqual(['a castle by Rutkowski']);
    expect(wordSearches()).toHaveLength(1);
  });
});

describe('the words of the prompts on MyScale before 1.7', () => {
  beforeEach(() => open('myscale-v1'));

  it('are scanned, and wait for an index until the server can make one', async () => {
    await importPrompts(['a castle by Rutkowski']);
    expect(await search('rutkowski')).toEqual(['a castle by Rutkowski']);
    expect(opened.server.requests.some(({ query }) => /textsearch\(|fts\(|MATERIALIZE/.test(query))).toBe(false);
    expect(await versions()).not.toContainEqual({ version: 2 });
  });
});
