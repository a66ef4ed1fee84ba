import path from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Connection, createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import type { Dialect } from '../../src/store/dialects/dialect.ts';
import { indexedWords, scannedWords } from '../../src/store/dialects/words.ts';
import type { PromptStore } from '../../src/store/store.ts';
import type { Vocabulary } from '../../src/store/vocabulary.ts';
import { bestByWords, rareWords, wordsIn } from '../../src/store/words.ts';
import { temporaryFolder } from './folders.ts';
import { corpusRow, hostileTexts, idsOf, model, vector, wordParameters } from './samples.ts';

describe('rare words', () => {
  const vocabulary = (rows: number, counts: Record<string, number>): Vocabulary => ({
    rows,
    averageLength: 10,
    rowsWith: (word) => counts[word] ?? 0,
  });

  it('are those in few prompts, the rarest first', () => {
    const known = vocabulary(10_000, { a: 9_000, cat: 400, sofa: 30, mucha: 2 });
    expect(rareWords(wordsIn('A cat on a sofa, by Mucha'), known)).toEqual(['on', 'by', 'mucha', 'sofa', 'cat']);
    expect(rareWords(['a'], known)).toEqual([]);
  });

  it('never lead to more rows than can be scored, nor to more words than a query holds', () => {
    const counts = fc.dictionary(fc.string({ minLength: 1 }), fc.nat(1_000_000), { maxKeys: 60 });
    fc.assert(
      fc.property(counts, (rows) => {
        const rare = rareWords(Object.keys(rows), vocabulary(1_000_000, rows));
        expect(rare.reduce((sum, word) => sum + (rows[word] ?? 0), 0)).toBeLessThanOrEqual(1_000);
        expect(rare.length).toBeLessThanOrEqual(32);
      }),
    );
  });
});

describe('the words of the prompts', () => {
  const { folder, remove } = temporaryFolder();
  let store: PromptStore;
  let connection: Connection;

  beforeAll(async () => {
    const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
    store = await database.store(model);
    connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
    await store.importPairs(
      Array.from({ length: 1_000 }, (_, index) =>
        corpusRow(`row ${index}`, { prompt: `a cat on a sofa, number N${index}, group g${index % 40}` }),
      ),
    );
    await store.importPairs(hostileTexts.map((prompt, index) => corpusRow(`hostile ${index}`, { prompt })));
  }, 180_000);

  afterAll(async () => {
    await connection.close();
    await store.close();
    remove();
  });

  const find = async (dialect: Dialect, rare: readonly string[]) => {
    const rows = await connection.read(bestByWords(dialect), {
      row: z.object({ id: z.string(), score: z.number() }),
      parameters: wordParameters(rare),
    });
    return rows.toSorted((one, other) => one.id.localeCompare(other.id));
  };

  it('are found by their index, which reads nothing but the rows that hold one', async () => {
    const plan = await connection.read(`EXPLAIN indexes = 1 ${bestByWords(connection.dialect)}`, {
      row: z.object({ explain: z.string() }),
      parameters: wordParameters(['n77']),
    });
    const text = plan.map(({ explain }) => explain).join('\n');
    expect(text).toMatch(/Name: prompt_words[\s\S]*tokens: \["n77"\][\s\S]*Granules: 1\/\d\d/);
  });

  it('are the same to the index and to a scan, and to this program', async () => {
    const indexed = { ...connection.dialect, ...indexedWords };
    const scanned = { ...connection.dialect, ...scannedWords };
    const texts = ['n77', 'G7', 'sofas', 'n7', ...hostileTexts];
    for (const words of texts.map(wordsIn).filter(({ length }) => length > 0)) {
      expect(await find(indexed, words)).toEqual(await find(scanned, words));
    }
    for (const text of hostileTexts.filter((each) => wordsIn(each).length > 0)) {
      const rows = await find(indexed, wordsIn(text));
      expect(rows.map(({ id }) => id)).toContain(`hostile ${hostileTexts.indexOf(text)}`);
    }
  });

  it('find nothing by a word that is in a large part of the prompts', async () => {
    expect(await store.searchWords('a cat on a sofa', vector(1), { limit: 5 })).toEqual([]);
    expect(await idsOf(store.searchWords('a cat on a sofa, n823', vector(1), { limit: 5 }))).toEqual(['row 823']);
  });
});

describe('a database from before there was an index of words', () => {
  const data = temporaryFolder();
  const open = () => openDatabase({ dataDir: data.folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  let connection: Connection;

  beforeEach(async () => {
    const database = await open();
    const store = await database.store(model);
    await store.importPairs([corpusRow('old', { prompt: 'a castle by Rutkowski' })]);
    connection = createConnection(await connectChdb(path.join(data.folder, 'chdb')));
    await connection.command('ALTER TABLE prompts DROP INDEX prompt_words SETTINGS mutations_sync = 2');
    await connection.command('ALTER TABLE migrations DELETE WHERE version = 2 SETTINGS mutations_sync = 2');
    await database.close();
  });
  afterEach(async () => {
    await connection.close();
    data.remove();
  });

  it('gets it when it is opened, for the rows it has', async () => {
    const database = await open();
    const store = await database.store(model);
    expect(await idsOf(store.searchWords('rutkowski', vector(1), { limit: 5 }))).toEqual(['old']);
    const size = await connection.read(
      "SELECT count() AS words FROM system.data_skipping_indices WHERE name = 'prompt_words' AND data_compressed_bytes > 0",
      { row: z.object({ words: z.coerce.number() }) },
    );
    expect(size).toMatchObject([{ words: 1 }]);
    await database.close();
  });
});
