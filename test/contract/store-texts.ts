import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PromptStore } from '../../src/store/store.ts';
import { corpusRow, generation, hostileTexts, post, reaction, vector } from '../store/samples.ts';

export function textContract(store: () => PromptStore): void {
  it('keeps hostile texts of the corpus exactly, as ids too', async () => {
    const rows = hostileTexts.map((text) => corpusRow(text, { prompt: `about ${text}`, url: text, sourceSite: text }));
    await store().importPairs(rows.map((row) => ({ ...row, imageVector: vector(3) })));
    expect(await store().knownIds([...hostileTexts, 'other'])).toEqual(new Set(hostileTexts));
    expect(await store().importPairs(rows)).toEqual({ imported: 0, skipped: rows.length });
    for (const { id, prompt, url } of rows) {
      expect(await store().findCorpusPrompt(id)).toEqual({ id, prompt, picture: url });
      expect(await store().isImageUsed(url)).toBe(true);
    }
    const found = await store().searchImages(vector(3), { limit: 100 });
    expect(found.map(({ prompt }) => prompt).toSorted()).toEqual(rows.map(({ prompt }) => prompt).toSorted());
  });

  it('keeps hostile texts of generations, posts and reactions exactly, as ids and scopes too', async () => {
    for (const text of hostileTexts) {
      await roundTrip(store(), text);
    }
    expect(await store().counts()).toMatchObject({ generations: 0 });
  });

  it('keeps any text exactly', async () => {
    // Few and long: a round trip takes a second, and what may go wrong in a text goes wrong wherever it stands.
    const texts = fc.string({ unit: 'binary', maxLength: 240 });
    await fc.assert(
      fc.asyncProperty(texts, (text) => roundTrip(store(), text)),
      { numRuns: 4 },
    );
  });

  it('stores half of a surrogate pair as the replacement character', async () => {
    await store().importPairs([corpusRow('half', { prompt: 'a \ud83d b \\ud83d \\\udc00' })]);
    expect((await store().findCorpusPrompt('half'))?.prompt).toBe('a \ufffd b \\ud83d \\\ufffd');
  });
}

async function roundTrip(store: PromptStore, text: string): Promise<void> {
  // Names come from platforms, which bound them; texts come from people.
  const name = text.slice(0, 500);
  const id = `id ${name}`;
  const logged = generation(id, {
    scope: name,
    user: name,
    asked: text,
    prompt: text,
    negativePrompt: text,
    style: text,
    refiner: text,
    generator: text,
    model: text,
    neighbours: [{ id: text, source: 'corpus', similarity: 1 }],
    changes: [{ kind: 'added', text, reason: text, neighbourId: text || 'none' }],
    images: [{ key: name, width: 1, height: 1, seed: 1 }],
  });
  const { promptVector, imageVectors, ...stored } = logged;
  const place = post(name, { adapter: name, thread: name, generation: id, scope: name });
  await store.logGeneration(logged);
  await store.logPost(place);
  await store.logReaction(reaction(`reaction ${name}`, { generation: id, scope: name, user: name }));
  expect(await store.findGeneration(name, id)).toEqual(stored);
  expect(await store.findGenerationByPost(place)).toEqual(stored);
  expect(await store.lineage(name, id)).toEqual([stored]);
  expect(await store.history(name, name, { limit: 1 })).toEqual([stored]);
  expect(await store.postsOf(name, id)).toEqual([place]);
  expect(await store.reactionsBy(name, id)).toEqual({ like: true, dislike: false });
  const [found] = await store.searchPrompts(promptVector, { limit: 1, scope: name });
  expect(found).toMatchObject({ id, prompt: text, likes: 1, picture: name || undefined });
  expect(await store.vectorsOf(name, id)).toEqual({ prompt: promptVector, images: imageVectors });
  await store.deleteGeneration(name, id);
  expect(await store.findGeneration(name, id)).toBeUndefined();
}
