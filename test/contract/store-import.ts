import { expect, it } from 'vitest';
import type { PromptStore } from '../../src/store/store.ts';
import { corpusRow, idsOf, vector } from '../store/samples.ts';

export function importContract(store: () => PromptStore): void {
  it('stores a row once, however often it comes: in one batch, in a second, in two at once', async () => {
    const batch = [corpusRow('a'), corpusRow('b'), corpusRow('a', { prompt: 'a again' })];
    expect(await store().importPairs(batch)).toEqual({ imported: 2, skipped: 1 });
    expect(await store().importPairs([corpusRow('b'), corpusRow('c')])).toEqual({ imported: 1, skipped: 1 });
    const both = await Promise.all([1, 2].map(() => store().importPairs([corpusRow('d'), corpusRow('e')])));
    expect(both.map(({ imported }) => imported).toSorted()).toEqual([0, 2]);
    expect(await store().counts()).toEqual({ prompts: 5, images: 0, generations: 0 });
    expect(await store().findCorpusPrompt('a')).toMatchObject({ prompt: 'prompt of a' });
  });

  it('imports nothing when there is nothing', async () => {
    expect(await store().importPairs([])).toEqual({ imported: 0, skipped: 0 });
    expect(await store().knownIds([])).toEqual(new Set());
  });

  it('stores the vectors of pictures where there are some', async () => {
    await store().importPairs([corpusRow('a', { imageVector: vector(2) }), corpusRow('b')]);
    expect(await store().counts()).toMatchObject({ prompts: 2, images: 1 });
  });

  it('stores nothing of a batch with a vector that can not be compared', async () => {
    for (const broken of [vector(1).slice(1), new Float32Array(16), vector(1).fill(Number.NaN, 3, 4)]) {
      const batch = [corpusRow('a'), corpusRow('b', { promptVector: broken })];
      await expect(store().importPairs(batch)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    const pictured = [corpusRow('a', { imageVector: vector(1).slice(1) })];
    await expect(store().importPairs(pictured)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await store().counts()).toMatchObject({ prompts: 0, images: 0 });
  });

  it('refuses a batch too large to be stored as one', async () => {
    const row = corpusRow('a');
    const batch = Array.from({ length: 10_001 }, () => row);
    await expect(store().importPairs(batch)).rejects.toMatchObject({ code: 'too_large' });
  });

  it('goes on importing after a refused batch', async () => {
    const refused = store().importPairs([corpusRow('a', { width: -1 })]);
    const next = store().importPairs([corpusRow('b')]);
    await expect(refused).rejects.toMatchObject({ name: 'BotError' });
    expect(await next).toEqual({ imported: 1, skipped: 0 });
  });

  it('knows which of many ids are stored', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `0f8fad5b-d9cb-469f-a165-${index}`);
    await store().importPairs(ids.slice(0, 100).map((id) => corpusRow(id)));
    expect(await store().knownIds(ids)).toEqual(new Set(ids.slice(0, 100)));
  });

  it('finds rows of small batches right after they were stored', async () => {
    for (let index = 0; index < 12; index++) {
      await store().importPairs([
        corpusRow(`row ${index}`, { promptVector: vector(index), imageVector: vector(-index) }),
      ]);
      expect((await idsOf(store().searchPrompts(vector(index), { limit: 1 })))[0]).toBe(`row ${index}`);
      expect((await idsOf(store().searchImages(vector(-index), { limit: 1 })))[0]).toBe(`row ${index}`);
    }
  });

  it('samples cosines of matching and unrelated pairs', async () => {
    const rows = Array.from({ length: 300 }, (_, index) =>
      corpusRow(`row ${index}`, {
        promptVector: vector(index),
        ...(index % 2 === 0 && { imageVector: vector(index) }),
      }),
    );
    await store().importPairs(rows);
    const { textToText, textToImage, imageToImage } = await store().sampleCosines();
    for (const unrelated of [textToText, textToImage.unrelated, imageToImage]) {
      expect(unrelated.length).toBeGreaterThan(500);
      expect(unrelated.length).toBeLessThan(2_000);
      expect(Math.abs(mean(unrelated))).toBeLessThan(0.1);
      expect(Math.max(...unrelated)).toBeLessThan(0.99);
    }
    expect(textToImage.matching.length).toBeGreaterThan(100);
    expect(mean(textToImage.matching)).toBeCloseTo(1, 5);
  });

  it('samples nothing from an empty corpus', async () => {
    const none = { textToText: [], textToImage: { matching: [], unrelated: [] }, imageToImage: [] };
    expect(await store().sampleCosines()).toEqual(none);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
