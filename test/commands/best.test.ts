import { afterEach, describe, expect, it } from 'vitest';
import { type Bot, openBot } from './bot.ts';

// Words enough that pictures differ in how near they are to them, as the plain embedder sees it.
const text =
  'a red fox in deep snow under old pines by some slow river at dawn while two small birds sing and mist rises';

let bot: Bot;
afterEach(() => bot.close());

async function ask(options: Record<string, unknown>, setup: Parameters<typeof openBot>[0] = {}) {
  const counts: number[] = [];
  bot = await openBot({ ...setup, onDraw: ({ count }) => counts.push(count) });
  const cards = await bot.say('prompt', { text, raw: true, best: true, ...options });
  return { counts, cards, pictures: cards.find(({ images }) => images) };
}

describe('/prompt --best', () => {
  it('draws four, shows them best first, and stores them in that order', async () => {
    const { pictures } = await ask({ seed: 5 });
    const images = pictures?.images ?? [];
    expect(images.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(images.map(({ alt }) => alt.split(':')[0])).toEqual(['1 of 4', '2 of 4', '3 of 4', '4 of 4']);
    expect(pictures?.text).toContain('Best of 4 first');
    await bot.outbox.settled();
    const id = pictures?.generationId ?? '';
    const [stored, vectors] = await Promise.all([
      bot.store.findGeneration('memory:home', id),
      bot.store.vectorsOf('memory:home', id),
    ]);
    expect(stored?.images.map(({ key }) => key)).toEqual(images.map(({ key }) => key));
    const cosines = vectors?.images.map((vector) =>
      vector.reduce((sum, value, at) => sum + value * (vectors.prompt[at] ?? 0), 0),
    );
    expect(cosines).toEqual(cosines?.toSorted((one, other) => other - one));
    // Each vector is still that of its picture.
    const [first] = await bot.embedPictures([images[0]?.key ?? '']);
    expect([...(vectors?.images[0] ?? [])]).toEqual([...(first ?? [])]);
  });

  it('takes the seeds of one run, in another order', async () => {
    const seeds = (await ask({ seed: 41 })).pictures?.images?.map(({ seed }) => seed) ?? [];
    expect(seeds.toSorted()).toEqual([41, 42, 43, 44]);
    // With this seed the first is not the best, so that the order says something.
    expect(seeds).not.toEqual([41, 42, 43, 44]);
  });

  it('takes as many calls as the backend needs', async () => {
    const { counts, pictures } = await ask({ count: 3 }, { limits: { maxCount: 1 } });
    expect(counts).toEqual([1, 1, 1]);
    expect(pictures?.images).toHaveLength(3);
    expect(pictures?.text).not.toMatch(/at most/);
  });

  it('says what it does', async () => {
    await ask({});
    const labels = bot.updates.map(({ label }) => label);
    expect(labels).toContain('Drawing 4 pictures to choose the best of');
    expect(labels).toContain('Ranking the pictures');
  });

  it('refuses to choose from one', async () => {
    const { cards, counts } = await ask({ count: 1 });
    expect(cards.at(-1)).toMatchObject({ tone: 'error', text: /nothing to choose from/ });
    expect(counts).toEqual([]);
  });

  it('is left out of what derives from it', async () => {
    const { pictures } = await ask({});
    const cards = await bot.press(`again:${pictures?.generationId}`);
    const again = cards.find(({ images }) => images);
    expect(again?.images).toHaveLength(4);
    expect(again?.images?.[0]?.rank).toBeUndefined();
  });
});
