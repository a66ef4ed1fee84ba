import { expect, it } from 'vitest';
import type { PromptStore } from '../../src/store/store.ts';
import { generation, post, reaction, vector } from '../store/samples.ts';

const minutes = (count: number) => new Date(Date.UTC(2026, 0, 1, 0, count));

export function generationContract(store: () => PromptStore): void {
  it('gives a generation back as it was logged, without its vectors', async () => {
    const logged = generation('g', {
      root: 'r',
      parent: 'p',
      seed: 2 ** 32 - 1,
      images: [{ key: 'k', width: 2 ** 32 - 1, height: 1, seed: 2 ** 32 - 1 }],
      changes: [{ kind: 'removed', text: 'blur', reason: 'disliked' }],
      neighbours: [{ id: '18446744073709551615', source: 'own', similarity: 0.1 + 0.2 }],
      source: 'the picture it started from',
      nsfw: true,
      createdAt: new Date('1999-12-31T23:59:59.999Z'),
    });
    await store().logGeneration(logged);
    const { promptVector, imageVectors, ...stored } = logged;
    expect(await store().findGeneration('scope', 'g')).toEqual(stored);
    expect(await store().vectorsOf('scope', 'g')).toEqual({ prompt: promptVector, images: imageVectors });
  });

  it('gives back the empty and the absent alike', async () => {
    const bare = generation('g', {
      images: [],
      imageVectors: [],
      changes: [],
      neighbours: [],
      style: '',
      negativePrompt: '',
    });
    await store().logGeneration(bare);
    const { promptVector, imageVectors, ...stored } = bare;
    expect(await store().findGeneration('scope', 'g')).toEqual(stored);
    expect(await store().vectorsOf('scope', 'g')).toEqual({ prompt: promptVector, images: [] });
    expect(await store().findGeneration('scope', 'nobody')).toBeUndefined();
    expect(await store().vectorsOf('scope', 'nobody')).toBeUndefined();
    expect(await store().findGenerationByPost(post('nowhere'))).toBeUndefined();
    expect(await store().findCorpusPrompt('nobody')).toBeUndefined();
  });

  it('refuses vectors of another width', async () => {
    const wide = generation('g', { imageVectors: [vector(1), new Float32Array(512).fill(1)] });
    await expect(store().logGeneration(wide)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await store().counts()).toMatchObject({ generations: 0 });
  });

  it('changes nothing when the same is logged again', async () => {
    for (let times = 0; times < 3; times++) {
      await store().logGeneration(generation('g'));
      await store().logPost(post('m'));
      await store().logReaction(reaction('r'));
    }
    await store().logReaction(reaction('taken back', { delta: -1 }));
    expect(await store().counts()).toMatchObject({ generations: 1 });
    expect(await store().history('scope', 'user', { limit: 10 })).toHaveLength(1);
    expect(await store().postsOf('scope', 'g')).toEqual([post('m')]);
    expect(await store().reactionsBy('user', 'g')).toEqual({ like: false, dislike: false });
    expect(await store().searchPrompts(vector(1), { limit: 10, scope: 'scope' })).toHaveLength(1);
  });

  it('finds a generation by any message that shows it', async () => {
    await store().logGeneration(generation('g'));
    await store().logGeneration(generation('h', { scope: 'other' }));
    const later = new Date('2026-03-04T05:06:07.090Z');
    await store().logPost(post('2', { createdAt: later }));
    await store().logPost(post('1'));
    await store().logPost(post('1', { thread: 'elsewhere', generation: 'h', scope: 'other' }));
    expect((await store().findGenerationByPost(post('2')))?.id).toBe('g');
    expect((await store().findGenerationByPost(post('1', { thread: 'elsewhere' })))?.id).toBe('h');
    expect(await store().findGenerationByPost(post('1', { adapter: 'slack' }))).toBeUndefined();
    expect((await store().postsOf('scope', 'g')).map(({ message }) => message)).toEqual(['1', '2']);
  });

  it('follows the parents up to the root', async () => {
    await store().logGeneration(generation('root'));
    await store().logGeneration(generation('child', { root: 'root', parent: 'root' }));
    await store().logGeneration(generation('sibling', { root: 'root', parent: 'root' }));
    await store().logGeneration(generation('grandchild', { root: 'root', parent: 'child' }));
    const line = async (id: string) => (await store().lineage('scope', id)).map((each) => each.id);
    expect(await line('grandchild')).toEqual(['grandchild', 'child', 'root']);
    expect(await line('root')).toEqual(['root']);
    expect(await line('nobody')).toEqual([]);
    await store().deleteGeneration('scope', 'child');
    expect(await line('grandchild')).toEqual(['grandchild']);
  });

  it('lists a person’s generations of a scope, newest first, to the millisecond', async () => {
    for (const count of [2, 3, 1]) await store().logGeneration(generation(`g${count}`, { createdAt: minutes(count) }));
    await store().logGeneration(generation('else', { user: 'other', createdAt: minutes(9) }));
    await store().logGeneration(generation('away', { scope: 'other', createdAt: minutes(9) }));
    const ids = async (options: { limit: number; before?: Date }) =>
      (await store().history('scope', 'user', options)).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual(['g3', 'g2', 'g1']);
    expect(await ids({ limit: 2 })).toEqual(['g3', 'g2']);
    expect(await ids({ limit: 10, before: minutes(2) })).toEqual(['g1']);
    expect(await ids({ limit: 10, before: new Date(minutes(2).getTime() + 1) })).toEqual(['g2', 'g1']);
  });

  it('tells what a person thinks of a generation now', async () => {
    await store().logReaction(reaction('1'));
    await store().logReaction(reaction('2', { kind: 'dislike' }));
    await store().logReaction(reaction('3', { delta: -1 }));
    await store().logReaction(reaction('4', { user: 'other' }));
    expect(await store().reactionsBy('user', 'g')).toEqual({ like: false, dislike: true });
    expect(await store().reactionsBy('other', 'g')).toEqual({ like: true, dislike: false });
    expect(await store().reactionsBy('user', 'h')).toEqual({ like: false, dislike: false });
  });

  it('never shows one scope’s generations to another', async () => {
    await store().logGeneration(generation('g'));
    await store().logPost(post('m'));
    expect(await store().findGeneration('other', 'g')).toBeUndefined();
    expect(await store().vectorsOf('other', 'g')).toBeUndefined();
    expect(await store().lineage('other', 'g')).toEqual([]);
    expect(await store().history('other', 'user', { limit: 10 })).toEqual([]);
    expect(await store().postsOf('other', 'g')).toEqual([]);
    expect(await store().searchPrompts(vector(1), { limit: 10, scope: 'other' })).toEqual([]);
    expect(await store().searchImages(vector(2), { limit: 10, scope: 'other' })).toEqual([]);
  });
}
