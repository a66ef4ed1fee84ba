import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { createSearch, type Search } from '../../src/search.ts';
import { createCalibration } from '../../src/similarity.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/folders.ts';
import { corpusRow, generation, model, vector } from '../store/samples.ts';
import { randomVector, turned } from '../store/vectors.ts';

const { folder, remove } = temporaryFolder();
const query = vector(100);
const request = { scope: 'scope', limit: 5 };
const rows = 200;

let store: PromptStore;
let search: Search;

/** Every text is at one place, so that nothing but its words tells it from another. */
const embedder: Embedder = {
  model: model.name,
  dimensions: model.dimensions,
  embedTexts: async (texts) => texts.map(() => query),
  embedImages: async (pictures) => pictures.map(() => query),
  close: async () => {},
};

function searchIn(searched: PromptStore): Search {
  const calibration = createCalibration({
    textToText: [],
    textToImage: { matching: [], unrelated: [] },
    imageToImage: [],
  });
  return createSearch({
    embedder,
    store: searched,
    outbox: { settled: async () => {} },
    calibration: () => calibration,
  });
}

beforeAll(async () => {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  store = await database.store(model);
  search = searchIn(store);
  await store.importPairs([
    ...Array.from({ length: rows }, (_, index) =>
      corpusRow(`row ${index}`, {
        prompt: `a castle on a hill, view of ${index} towers`,
        promptVector: turned(query, index, 0.2),
      }),
    ),
    corpusRow('named', { prompt: 'a river at night by Gregorius Rutkowskiy', promptVector: turned(query, 1, 40) }),
  ]);
}, 180_000);

afterAll(async () => {
  await store.close();
  remove();
});

describe('search by text', () => {
  it('finds the one prompt with a rare word, which vectors alone never reach', async () => {
    const text = 'a castle on a hill by rutkowskiy';
    const byVectors = searchIn({ ...store, searchWords: async () => [] });
    expect((await byVectors.byText(text, { ...request, limit: 50 })).map(({ id }) => id)).not.toContain('named');
    const found = await search.byText(text, request);
    const named = found.find(({ id }) => id === 'named');
    expect(named?.similarity).toBeGreaterThan(0);
    expect(named?.similarity).toBeLessThanOrEqual(1);
    expect(found).toHaveLength(request.limit);
    expect(found.map(({ id }) => id)).toContain((await byVectors.byText(text, request))[0]?.id);
  });

  it('shows what vectors alone find, in their order, for a query of common words', async () => {
    const byVectors = searchIn({ ...store, searchWords: async () => [] });
    const common = fc.subarray(['a', 'castle', 'on', 'hill', 'view', 'of', 'towers', '!?'], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(common, async (words) => {
        const text = words.join(' ');
        expect(await search.byText(text, request)).toEqual(await byVectors.byText(text, request));
      }),
      { numRuns: 20 },
    );
  });

  it('shows near-duplicates once, with how many there are', async () => {
    const place = turned(query, 7, 0.01);
    const prompt = 'a tiny bakery in a tree trunk';
    const variants = [
      prompt,
      `${prompt}.`,
      `${prompt}, 4k`,
      `${prompt}, 8k, highly detailed`,
      `A tiny bakery, in a tree trunk (2)`,
    ];
    await store.importPairs(
      variants.map((each, index) => corpusRow(`bakery ${index}`, { prompt: each, promptVector: place })),
    );
    const found = await search.byText('a bakery', request);
    const bakeries = found.filter(({ id }) => id.startsWith('bakery'));
    expect(bakeries.map(({ alike }) => alike)).toEqual([variants.length - 1]);
    expect(found).toHaveLength(request.limit);
  });

  it('shows as many as asked for although near-duplicates fill what is fetched, by one larger search', async () => {
    const place = randomVector(5, model.dimensions);
    const many = Array.from({ length: 130 }, (_, index) =>
      corpusRow(`lamp ${index}`, { prompt: `a lamp on a desk (${index})`, promptVector: turned(place, index, 0.01) }),
    );
    await store.importPairs(many);
    const asked: number[] = [];
    const placed = searchIn({
      ...store,
      searchPrompts: (_, options) => {
        asked.push(options.limit);
        return store.searchPrompts(place, options);
      },
    });
    const found = await placed.byText('a lamp', request);
    expect(found).toHaveLength(request.limit);
    expect(found.filter(({ id }) => id.startsWith('lamp')).map(({ alike }) => alike)).toEqual([many.length - 1]);
    expect(asked).toEqual([100, 500]);
  });

  it('searches once where there is nothing more to find', async () => {
    let searches = 0;
    const emptyHanded = searchIn({
      ...store,
      searchPrompts: async () => {
        searches++;
        return [];
      },
    });
    expect(await emptyHanded.byText('?!', request)).toEqual([]);
    expect(searches).toBe(1);
  });
});

describe('a search derived from a generation', () => {
  it('keeps out the runs of the same prompt, found by words, by vectors or by pictures', async () => {
    const prompt = 'an umbrella of zinnias';
    const same = { prompt, promptVector: query, imageVectors: [randomVector(5, model.dimensions)] };
    for (const id of ['first', 'again']) await store.logGeneration(generation(id, same));
    await store.logGeneration(generation('other', { ...same, prompt: 'zinnias in a vase' }));
    const first = await store.findGeneration('scope', 'first');
    if (!first) throw new Error('the generation is lost');
    const derived = { ...request, limit: 20, exclude: [first.id], excludePrompt: prompt };
    for (const found of [
      await search.similarTo(first, { ...request, limit: 20 }),
      await search.byText(prompt, derived),
      await search.byTextAndImages(prompt, [new Uint8Array()], derived),
    ]) {
      expect(found.map((each) => each.prompt)).not.toContain(prompt);
      expect(found.map(({ id }) => id)).toContain('other');
    }
    expect((await search.byText(prompt, request)).map((each) => each.prompt)).toContain(prompt);
  });
});
