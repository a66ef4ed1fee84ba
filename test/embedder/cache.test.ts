import { afterAll, describe, expect, it } from 'vitest';
import { cacheEmbeddings } from '../../src/embedder/cache.ts';
import type { Embedder, Embedding } from '../../src/embedder/embedder.ts';
import { type Database, openState } from '../../src/state.ts';
import { temporaryFolder } from './weights-fixtures.ts';

const state = openState(temporaryFolder());
afterAll(() => state.close());

/** Unit vectors that tell what was asked for, and how often. */
function counting(model = 'm'): Embedder & { asked: string[] } {
  const asked: string[] = [];
  const embed = async (kind: string, items: readonly (string | Uint8Array)[]) => {
    asked.push(...items.map((item) => `${kind} ${item}`));
    return items.map((item) => unit(String(item).length, kind === 'text' ? 1 : -1));
  };
  return {
    model,
    dimensions: 3,
    asked,
    embedTexts: (texts) => embed('text', texts),
    embedImages: (images) => embed('image', images),
    close: async () => {},
  };
}

function unit(length: number, sign: number): Embedding {
  return Float32Array.of(Math.cos(length), Math.sin(length), 0).map((value) => sign * value);
}

function table(name: string): Database<Embedding, string> {
  return state.table<Embedding>(name);
}

describe('the embedding cache', () => {
  it('runs the model once for a text, across instances, and within one call', async () => {
    const first = counting();
    const cached = cacheEmbeddings(first, table('once'));
    const vectors = await cached.embedTexts(['a', 'bbb', 'a', 'cc']);
    expect(first.asked).toEqual(['text a', 'text bbb', 'text cc']);
    await cached.close();
    const second = counting();
    const again = await cacheEmbeddings(second, table('once')).embedTexts(['cc', 'new', 'bbb']);
    expect(second.asked).toEqual(['text new']);
    expect(again).toEqual([vectors[3], unit(3, 1), vectors[1]]);
  });

  it('keeps models, and texts and pictures of the same bytes, apart', async () => {
    const one = counting('one');
    const other = counting('other');
    const cachedOne = cacheEmbeddings(one, table('apart'));
    await cachedOne.embedTexts(['x']);
    await cachedOne.close();
    expect(await cacheEmbeddings(one, table('apart')).embedImages([Buffer.from('x')])).toEqual([unit(1, -1)]);
    await cacheEmbeddings(other, table('apart')).embedTexts(['x']);
    expect(one.asked).toEqual(['text x', 'image x']);
    expect(other.asked).toEqual(['text x']);
  });

  it.each([
    ['of another length', Float32Array.of(1, 0)],
    ['that are no unit vectors', Float32Array.of(3, 4, 5)],
    ['with numbers that are none', Float32Array.of(Number.NaN, 0, 1)],
    ['that are no vectors', 'text'],
    ['that are plain lists', [1, 0, 0]],
  ])('ignores entries %s, and replaces them', async (name, damaged) => {
    const embedder = counting();
    const entries = table(`damaged ${name}`);
    const cached = cacheEmbeddings(embedder, entries);
    await cached.embedTexts(['a']);
    await cached.close();
    const [key = ''] = entries.getKeys();
    await state.table<unknown>(`damaged ${name}`).put(key, damaged);
    const repairing = cacheEmbeddings(embedder, entries);
    expect(await repairing.embedTexts(['a'])).toEqual([unit(1, 1)]);
    expect(embedder.asked).toEqual(['text a', 'text a']);
    await repairing.close();
    expect(entries.get(key)).toEqual(unit(1, 1));
  });

  it('gives vectors of its own: changing one changes no later answer', async () => {
    const cached = cacheEmbeddings(counting(), table('own'));
    const [first, second] = await cached.embedTexts(['a', 'a']);
    first?.fill(0);
    expect(second).toEqual(unit(1, 1));
    expect(await cached.embedTexts(['a', 'a'])).toEqual([unit(1, 1), unit(1, 1)]);
    await cached.close();
  });

  it('never holds more than its bound', async () => {
    const entries = table('bound');
    for (let round = 0; round < 6; round += 1) {
      const cached = cacheEmbeddings(counting(), entries, { maxEntries: 10 });
      await cached.embedTexts(Array.from({ length: 7 }, (_, index) => `${round} ${index}`));
      await cached.close();
      expect(entries.getCount()).toBeLessThanOrEqual(10);
    }
    expect(entries.getCount()).toBe(10);
  });

  it('passes on what the model refuses, and remembers nothing of it', async () => {
    const refusing: Embedder = { ...counting(), embedTexts: () => Promise.reject(new Error('refused')) };
    const entries = table('refused');
    await expect(cacheEmbeddings(refusing, entries).embedTexts(['a'])).rejects.toThrow('refused');
    expect(entries.getCount()).toBe(0);
  });
});
