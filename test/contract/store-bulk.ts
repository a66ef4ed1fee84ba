import { expect, it } from 'vitest';
import type { PromptStore } from '../../src/store/store.ts';
import { corpusRow, idsOf, vector } from '../store/samples.ts';

export function bulkContract(store: () => PromptStore, loadsInBulk: () => boolean): void {
  const load = async (from: number, to: number) => {
    const rows = Array.from({ length: to - from }, (_, index) =>
      corpusRow(`row ${from + index}`, { promptVector: vector(from + index) }),
    );
    for (let start = 0; start < rows.length; start += 5_000)
      await store().importPairs(rows.slice(start, start + 5_000));
  };

  it('keeps the index for a few rows', async () => {
    expect(await store().beginBulkLoad({ rows: 1_000 })).toBe(false);
    await store().finishBulkLoad();
    expect(await store().counts()).toMatchObject({ prompts: 0 });
  });

  it('answers rightly without the index, while rows come and after it is built', async () => {
    await load(0, 100);
    expect(await store().beginBulkLoad({ rows: 50_000 })).toBe(loadsInBulk());
    expect(await idsOf(store().searchPrompts(vector(7), { limit: 1 }))).toEqual(['row 7']);
    await load(100, 3_000);
    expect(await idsOf(store().searchPrompts(vector(2_999), { limit: 1 }))).toEqual(['row 2999']);
    const progress: number[] = [];
    await store().finishBulkLoad({ onProgress: (share) => progress.push(share) });
    expect(progress.at(-1)).toBe(loadsInBulk() ? 1 : undefined);
    await load(3_000, 3_010);
    for (const row of [7, 2_999, 3_009]) {
      expect(await idsOf(store().searchPrompts(vector(row), { limit: 1 }))).toEqual([`row ${row}`]);
    }
    expect(await store().counts()).toMatchObject({ prompts: 3_010 });
  });

  it('finishes a load that was begun before, once', async () => {
    expect(await store().beginBulkLoad({ rows: 50_000 })).toBe(loadsInBulk());
    expect(await store().beginBulkLoad({ rows: 1 })).toBe(loadsInBulk());
    await load(0, 100);
    await Promise.all([store().finishBulkLoad(), store().finishBulkLoad()]);
    const progress: number[] = [];
    await store().finishBulkLoad({ onProgress: (share) => progress.push(share) });
    expect(progress).toEqual([]);
    expect(await store().beginBulkLoad({ rows: 1 })).toBe(false);
  });

  it('keeps notes by name, the last that was set', async () => {
    expect(await store().note('a')).toBeUndefined();
    for (const value of ['first', "it's the 2nd", '{"third":3}']) await store().setNote('a', value);
    await store().setNote('b', 'other');
    expect(await store().note('a')).toBe('{"third":3}');
    await store().setNote('a', '');
    expect(await store().note('a')).toBeUndefined();
    expect(await store().note('b')).toBe('other');
  });

  it('lists the whole corpus by id', async () => {
    await store().beginBulkLoad({ rows: 45_000 });
    await load(0, 45_000);
    const pages: number[] = [];
    const ids: string[] = [];
    for await (const page of store().listCorpus()) {
      pages.push(page.length);
      ids.push(...page.map(({ id }) => id));
    }
    expect(pages).toEqual([20_000, 20_000, 5_000]);
    expect(new Set(ids).size).toBe(45_000);
  });

  it('adds pictures to rows that were imported without, once', async () => {
    await store().importPairs([corpusRow('a'), corpusRow('b', { imageVector: vector(5) })]);
    const picture = (id: string, seed: number) => ({
      id,
      prompt: `prompt of ${id}`,
      url: 'u',
      imageVector: vector(seed),
    });
    expect(await store().importImages([picture('a', 3), picture('b', 4), picture('a', 6)])).toEqual({
      imported: 1,
      skipped: 2,
    });
    expect(await store().knownImageIds(['a', 'b', 'c'])).toEqual(new Set(['a', 'b']));
    expect((await idsOf(store().searchImages(vector(3), { limit: 1 })))[0]).toBe('a');
    expect(await store().counts()).toMatchObject({ prompts: 2, images: 2 });
    await expect(
      store().importImages([picture('c', 1), { ...picture('d', 1), imageVector: new Float32Array(3) }]),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
}
