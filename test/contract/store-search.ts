import { expect, it } from 'vitest';
import { isAbort } from '../../src/errors.ts';
import type { PromptStore } from '../../src/store/store.ts';
import { corpusRow, generation, idsOf, reaction, vector } from '../store/samples.ts';
import { cosine, turned } from '../store/vectors.ts';

const query = vector(100);

/** A vector whose distance from the query grows with `noise`. */
const at = (noise: number) => turned(query, 7, noise);

export function searchContract(store: () => PromptStore): void {
  it('finds nothing in an empty database', async () => {
    expect(await store().searchPrompts(query, { limit: 5, scope: 'scope' })).toEqual([]);
    expect(await store().searchImages(query, { limit: 5, scope: 'scope' })).toEqual([]);
  });

  it('gives the nearest first, with exact cosines, up to the limit', async () => {
    await store().importPairs([3, 1, 4, 2].map((noise) => corpusRow(`row ${noise}`, { promptVector: at(noise) })));
    const found = await store().searchPrompts(query, { limit: 3 });
    expect(found.map(({ id }) => id)).toEqual(['row 1', 'row 2', 'row 3']);
    for (const [index, match] of found.entries()) expect(match.cosine).toBeCloseTo(cosine(query, at(index + 1)), 5);
    expect(found[0]).toMatchObject({
      prompt: 'prompt of row 1',
      source: 'corpus',
      picture: 'https://pictures.example/row 1',
      likes: 0,
      dislikes: 0,
    });
  });

  it('merges the own generations of the scope by distance, and only when a scope is given', async () => {
    await store().importPairs([1, 3].map((noise) => corpusRow(`row ${noise}`, { promptVector: at(noise) })));
    await store().logGeneration(generation('own 2', { promptVector: at(2) }));
    await store().logGeneration(generation('other 1', { scope: 'other', promptVector: at(1) }));
    expect(await idsOf(store().searchPrompts(query, { limit: 5, scope: 'scope' }))).toEqual([
      'row 1',
      'own 2',
      'row 3',
    ]);
    expect(await idsOf(store().searchPrompts(query, { limit: 5 }))).toEqual(['row 1', 'row 3']);
    expect(await idsOf(store().searchPrompts(query, { limit: 5, scope: 'empty' }))).toEqual(['row 1', 'row 3']);
  });

  it('carries the mark of adult content with own matches, by prompt, picture and words', async () => {
    const prompt = 'a zyzzyva in a quagmire';
    const alike = { promptVector: at(1), imageVectors: [at(1)] };
    await store().logGeneration(generation('marked', { ...alike, prompt, nsfw: true }));
    await store().logGeneration(generation('plain', { ...alike, prompt: `${prompt}, too` }));
    const options = { limit: 5, scope: 'scope' };
    for (const found of [
      await store().searchPrompts(query, options),
      await store().searchImages(query, options),
      await store().searchWords('zyzzyva', query, options),
    ]) {
      expect(found.map(({ id, nsfw }) => [id, nsfw]).toSorted()).toEqual([
        ['marked', true],
        ['plain', undefined],
      ]);
    }
  });

  it('searches pictures of the corpus and, in own generations, the nearest of each', async () => {
    await store().importPairs([
      corpusRow('row 2', { promptVector: vector(5), imageVector: at(2) }),
      corpusRow('text only', { promptVector: query }),
    ]);
    const images = ['k1', 'k2', 'k3'].map((key) => ({ key, width: 1, height: 1, seed: 1 }));
    await store().logGeneration(generation('own', { images, imageVectors: [at(9), at(1), at(3)] }));
    await store().logGeneration(generation('no pictures', { images: [], imageVectors: [], promptVector: query }));
    const found = await store().searchImages(query, { limit: 5, scope: 'scope' });
    expect(found.map(({ id, picture }) => [id, picture])).toEqual([
      ['own', 'k2'],
      ['row 2', 'https://pictures.example/row 2'],
    ]);
    expect(found[0]?.cosine).toBeCloseTo(cosine(query, at(1)), 5);
  });

  it('shows the first picture with a prompt, and none where there is none', async () => {
    await store().importPairs([corpusRow('bare', { url: '', promptVector: at(1) })]);
    const images = ['k1', 'k2'].map((key) => ({ key, width: 1, height: 1, seed: 1 }));
    await store().logGeneration(generation('own', { images, promptVector: at(2) }));
    const found = await store().searchPrompts(query, { limit: 5, scope: 'scope' });
    expect(found.map(({ picture }) => picture)).toEqual([undefined, 'k1']);
    expect((await store().findCorpusPrompt('bare'))?.picture).toBeUndefined();
  });

  it('keeps the nearest of equal prompts, whatever their case and spacing', async () => {
    await store().importPairs([
      corpusRow('far', { prompt: 'A Cat,  asleep', promptVector: at(3) }),
      corpusRow('near', { prompt: ' a cat,\nasleep ', promptVector: at(1) }),
      corpusRow('other', { prompt: 'a dog', promptVector: at(2) }),
    ]);
    await store().logGeneration(generation('own', { prompt: 'a cat, ASLEEP', promptVector: at(0.5) }));
    expect(await idsOf(store().searchPrompts(query, { limit: 5 }))).toEqual(['near', 'other']);
    expect(await idsOf(store().searchPrompts(query, { limit: 5, scope: 'scope' }))).toEqual(['own', 'other']);
  });

  it('fills the limit although hundreds of equal prompts are nearer', async () => {
    const copies = Array.from({ length: 300 }, (_, index) =>
      corpusRow(`copy ${index}`, { prompt: 'same', promptVector: at(0.1) }),
    );
    const others = [1, 2, 3, 4].map((noise) => corpusRow(`row ${noise}`, { promptVector: at(noise) }));
    await store().importPairs([...copies, ...others]);
    const [first, ...rest] = await idsOf(store().searchPrompts(query, { limit: 5 }));
    expect(first).toContain('copy');
    expect(rest).toEqual(['row 1', 'row 2', 'row 3', 'row 4']);
  });

  it('counts the people who like or dislike a generation now', async () => {
    await store().logGeneration(generation('g', { promptVector: query }));
    await store().logGeneration(generation('other', { imageVectors: [vector(3)] }));
    const reactions = [
      reaction('1', { user: 'ann' }),
      reaction('1', { user: 'ann' }),
      reaction('2', { user: 'bob' }),
      reaction('3', { user: 'bob', delta: -1 }),
      reaction('4', { user: 'cem', kind: 'dislike' }),
      reaction('5', { user: 'dee' }),
      reaction('6', { user: 'dee', delta: -1 }),
      reaction('7', { user: 'dee' }),
      reaction('8', { user: 'eve', generation: 'other' }),
      reaction('9', { user: 'fay', scope: 'elsewhere' }),
    ];
    for (const each of reactions) await store().logReaction(each);
    const [found] = await store().searchPrompts(query, { limit: 1, scope: 'scope' });
    expect(found).toMatchObject({ id: 'g', likes: 2, dislikes: 1 });
    const [pictured] = await store().searchImages(vector(2), { limit: 1, scope: 'scope' });
    expect(pictured).toMatchObject({ id: 'g', likes: 2, dislikes: 1 });
  });

  it('counts a like of a generation that was logged twice once', async () => {
    for (let times = 0; times < 2; times++) await store().logGeneration(generation('g', { promptVector: query }));
    await store().logReaction(reaction('1', { user: 'ann' }));
    const options = { limit: 5, scope: 'scope' };
    for (const search of [store().searchPrompts(query, options), store().searchImages(vector(2), options)]) {
      expect(await search).toMatchObject([{ id: 'g', likes: 1, dislikes: 0, copies: 0 }]);
    }
    const worded = store().searchWords('refined prompt of g', query, options);
    expect(await worded).toMatchObject([{ id: 'g', likes: 1, dislikes: 0, copies: 0 }]);
  });

  it('tells how many more there were of a prompt', async () => {
    await store().importPairs(
      ['a cat', 'A  cat', 'a cat '].map((prompt, index) =>
        corpusRow(`row ${index}`, { prompt, promptVector: at(index + 1) }),
      ),
    );
    for (const id of ['g', 'h']) await store().logGeneration(generation(id, { prompt: 'a dog', promptVector: at(5) }));
    const found = await store().searchPrompts(query, { limit: 5, scope: 'scope' });
    expect(found.map(({ prompt, copies }) => [prompt, copies])).toEqual([
      ['a cat', 2],
      ['a dog', 1],
    ]);
  });

  it('finds prompts by words that few hold, however far their vectors are, the best first', async () => {
    const common = Array.from({ length: 60 }, (_, index) =>
      corpusRow(`row ${index}`, { prompt: `a castle on a hill, view ${index}`, promptVector: at(0.1) }),
    );
    await store().importPairs([
      ...common,
      corpusRow('named', { prompt: 'a river, by Gregorius RUTKOWSKI', promptVector: at(50) }),
      corpusRow('both', { prompt: 'a castle, by rutkowski', promptVector: at(40) }),
    ]);
    const found = await store().searchWords('castle Rutkowski', query, { limit: 5 });
    expect(found.map(({ id, source }) => [id, source])).toEqual([
      ['both', 'corpus'],
      ['named', 'corpus'],
    ]);
    expect(found[0]?.cosine).toBeCloseTo(cosine(query, at(40)), 5);
    expect(await idsOf(store().searchWords('castle', query, { limit: 5 }))).toEqual([]);
    expect(await idsOf(store().searchWords('?!', query, { limit: 5 }))).toEqual([]);
  });

  it('finds the own generations of the scope by words, once a prompt, with their likes', async () => {
    for (const id of ['g', 'h']) {
      await store().logGeneration(generation(id, { prompt: 'a river, by Rutkowski', promptVector: at(9) }));
      await store().logReaction(reaction(id, { generation: id, user: id }));
    }
    await store().logGeneration(generation('other', { scope: 'other', prompt: 'by Rutkowski' }));
    const found = await store().searchWords('rutkowski', query, { limit: 5, scope: 'scope' });
    expect(found).toMatchObject([{ prompt: 'a river, by Rutkowski', source: 'own', likes: 2, copies: 1 }]);
    expect(await store().searchWords('rutkowski', query, { limit: 5 })).toEqual([]);
  });

  it('loads its indexes ahead, also when there is nothing to load', async () => {
    await store().warm();
    await store().importPairs([corpusRow('a', { imageVector: at(1) })]);
    await store().warm();
    const stopped = await store()
      .warm({ signal: AbortSignal.abort() })
      .catch((error: unknown) => error);
    expect(isAbort(stopped)).toBe(true);
  });

  it('refuses a query that is not a vector of this database', async () => {
    const wide = store().searchPrompts(new Float32Array(512).fill(0.1), { limit: 5 });
    await expect(wide).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(store().searchImages(new Float32Array(16), { limit: 5 })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('stops when it is told to, and answers the next call', async () => {
    const stopped = AbortSignal.abort();
    const before = await store()
      .searchPrompts(query, { limit: 5, signal: stopped })
      .catch((error: unknown) => error);
    expect(isAbort(before)).toBe(true);
    const controller = new AbortController();
    const during = store()
      .searchPrompts(query, { limit: 5, signal: controller.signal })
      .catch((error: unknown) => error);
    controller.abort();
    expect(isAbort(await during)).toBe(true);
    expect(await store().searchPrompts(query, { limit: 5 })).toEqual([]);
  });
}
