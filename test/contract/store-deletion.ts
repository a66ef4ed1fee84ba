import { expect, it } from 'vitest';
import type { PromptStore } from '../../src/store/store.ts';
import { corpusRow, generation, idsOf, post, reaction, vector } from '../store/samples.ts';
import { turned } from '../store/vectors.ts';

export function deletionContract(store: () => PromptStore): void {
  it('removes a generation with its posts and reactions, and nothing else', async () => {
    for (const id of ['g', 'h']) {
      await store().logGeneration(generation(id));
      await store().logPost(post(`message of ${id}`, { generation: id }));
      await store().logReaction(reaction(`reaction to ${id}`, { generation: id }));
    }
    await store().deleteGeneration('scope', 'g');
    expect(await store().findGeneration('scope', 'g')).toBeUndefined();
    expect(await store().findGenerationByPost(post('message of g'))).toBeUndefined();
    expect(await store().postsOf('scope', 'g')).toEqual([]);
    expect(await store().reactionsBy('user', 'g')).toEqual({ like: false, dislike: false });
    expect((await store().findGenerationByPost(post('message of h')))?.id).toBe('h');
    expect(await store().reactionsBy('user', 'h')).toEqual({ like: true, dislike: false });
    expect(await store().counts()).toMatchObject({ generations: 1 });
  });

  it('leaves other scopes alone, and a generation that is not there', async () => {
    await store().logGeneration(generation('g'));
    await store().logReaction(reaction('r'));
    await store().deleteGeneration('other', 'g');
    await store().deleteGeneration('scope', 'nobody');
    expect((await store().findGeneration('scope', 'g'))?.id).toBe('g');
    expect(await store().reactionsBy('user', 'g')).toEqual({ like: true, dislike: false });
  });

  it('can be logged again after it was deleted', async () => {
    await store().logGeneration(generation('g'));
    await store().deleteGeneration('scope', 'g');
    await store().logGeneration(generation('g'));
    expect((await store().findGeneration('scope', 'g'))?.id).toBe('g');
  });

  it('still finds what is left when the nearest were deleted', async () => {
    const query = vector(100);
    await store().importPairs(
      [10, 11].map((noise) =>
        corpusRow(`row ${noise}`, { promptVector: turned(query, 7, noise), imageVector: turned(query, 7, noise) }),
      ),
    );
    for (let noise = 1; noise <= 8; noise++) {
      const near = turned(query, 7, noise);
      await store().logGeneration(generation(`g${noise}`, { promptVector: near, imageVectors: [near] }));
    }
    for (let noise = 1; noise <= 6; noise++) await store().deleteGeneration('scope', `g${noise}`);
    const left = ['g7', 'g8', 'row 10', 'row 11'];
    expect(await idsOf(store().searchPrompts(query, { limit: 4, scope: 'scope' }))).toEqual(left);
    expect(await idsOf(store().searchImages(query, { limit: 4, scope: 'scope' }))).toEqual(left);
    expect(await store().counts()).toEqual({ prompts: 2, images: 2, generations: 2 });
  });

  it('lists and removes the pictures that were sent, by job and by person, once each', async () => {
    const sent = { scope: 'scope', job: 'g', user: 'ann' };
    await store().logUpload({ ...sent, key: 'k1' });
    await store().logUpload({ ...sent, key: 'k1' });
    await store().logUpload({ ...sent, job: 'h', key: 'k2' });
    await store().logUpload({ ...sent, job: 'h', user: 'bob', key: 'k3' });
    await store().logUpload({ ...sent, scope: 'other', key: 'k4' });
    expect(await store().uploadsOf('scope', { job: 'g' })).toEqual(['k1']);
    expect((await store().uploadsOf('scope', { user: 'ann' })).toSorted()).toEqual(['k1', 'k2']);
    expect(await store().isImageUsed('k2')).toBe(true);
    await store().deleteUploads('scope', { job: 'g' });
    expect(await store().uploadsOf('scope', { user: 'ann' })).toEqual(['k2']);
    await store().deleteUploads('scope', { user: 'ann' });
    expect(await Promise.all(['k1', 'k2', 'k3', 'k4'].map((key) => store().isImageUsed(key)))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('knows which image keys are shown by anything that is left', async () => {
    const images = ['k1', 'k2'].map((key) => ({ key, width: 1, height: 1, seed: 1 }));
    await store().logGeneration(generation('g', { images }));
    await store().importPairs([corpusRow('row', { url: 'k3' })]);
    const used = () => Promise.all(['k1', 'k2', 'k3', 'k'].map((key) => store().isImageUsed(key)));
    expect(await used()).toEqual([true, true, true, false]);
    await store().deleteGeneration('scope', 'g');
    expect(await used()).toEqual([false, false, true, false]);
  });
}
