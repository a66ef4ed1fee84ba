import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Card } from '../../src/chat.ts';
import type { Moderator } from '../../src/moderation/moderator.ts';
import type { Refiner } from '../../src/refiner/refiner.ts';
import { type Bot, openBot } from './bot.ts';

const words = 'badword\nnsfw: nude\n';

let bot: Bot;
afterEach(() => bot.close());

type Setup = Parameters<typeof openBot>[0];

/** A bot that counts what costs something: calls of the generator and of the refiner. */
async function open(setup: Setup = {}) {
  const spent: string[] = [];
  const lines: string[] = [];
  const refiner = setup.refiner ?? rewriting((text) => `${text}, soft light`);
  bot = await openBot({
    words,
    log: pino({ level: 'info' }, { write: (line) => lines.push(line) }),
    ...setup,
    refiner: {
      name: refiner.name,
      refine(request, options) {
        spent.push(`refine ${request.text}`);
        return refiner.refine(request, options);
      },
    },
    onDraw: ({ prompt }) => spent.push(`draw ${prompt}`),
  });
  return { spent, lines };
}

function rewriting(rewrite: (text: string) => string, variants: string[] = []): Refiner {
  return {
    name: 'scripted',
    refine: async ({ text, negativePrompt }) => ({
      prompt: rewrite(text),
      negativePrompt,
      changes: [{ kind: 'added', text: 'something', reason: 'because' }],
      variants,
      refiner: 'scripted',
    }),
  };
}

const picturesIn = (cards: readonly Card[]) => cards.find(({ images }) => images);
const errorIn = (cards: readonly Card[]) => cards.find(({ tone }) => tone === 'error')?.text;

const made = async (text = 'a red fox', options: Record<string, unknown> = {}) => {
  const card = picturesIn(await bot.say('prompt', { text, raw: true, ...options }));
  if (!card?.generationId) throw new Error('nothing was made');
  return { ...card, id: card.generationId };
};

describe("the operator's list", () => {
  it.each([
    ['/prompt', () => bot.say('prompt', { text: 'a b4dw0rd' })],
    ['/prompt, raw', () => bot.say('prompt', { text: 'a badword', raw: true })],
    ['/search', () => bot.say('search', { text: 'a badword' })],
    ['a message', () => bot.invoke({ kind: 'message', text: 'a b.a.d.w.o.r.d', attachments: [] })],
    ['a typed command', () => bot.invoke({ kind: 'message', text: '/prompt a badword --count 2', attachments: [] })],
    ['an edited prompt', () => bot.press('edit:any', { text: 'a badword' })],
  ])('refuses at the door: %s', async (_, ask) => {
    const { spent, lines } = await open();
    await expect(ask()).rejects.toMatchObject({
      code: 'refused',
      message: "Refused: “badword” is on the operator's list of blocked words. Change the prompt.",
    });
    expect([spent, bot.posts, await bot.queue.all()]).toEqual([[], [], []]);
    expect(lines.join('')).toMatch(/"rule":"blocked words, line 1","user":"[0-9a-f]{16,}/);
    expect(lines.join('')).not.toMatch(/b4dw0rd|badword/);
  });

  it('refuses what cleaning a prompt would join, before anything is spent', async () => {
    const { spent, lines } = await open();
    const cards = await bot.say('prompt', { text: 'a bad<lora:x:1>word' });
    expect(errorIn(cards)).toMatch(/^Refused: “badword”/);
    expect(spent).toEqual([]);
    expect(lines.join('')).not.toMatch(/lora|badword/);
  });

  it('refuses a stored prompt that is used, drawn again, refined or restyled, by a list that is newer', async () => {
    await open({ words: '' });
    const parent = await made('an ox in a field');
    await bot.outbox.settled();
    const generation = await bot.store.findGeneration('memory:home', parent.id);
    if (!generation) throw new Error('not stored');
    await bot.close();
    const { spent } = await open({ words: 'ox' });
    await bot.store.logGeneration({
      ...generation,
      promptVector: new Float32Array(64).fill(0.125),
      imageVectors: [new Float32Array(64).fill(0.125)],
    });
    for (const press of ['again', 'use:own', 'refine', 'restyle']) {
      expect(errorIn(await bot.press(`${press}:${parent.id}`))).toMatch(/“ox” is on the operator's list/);
    }
    expect(spent).toEqual([]);
    const [found] = await bot.say('search', { text: 'field' });
    expect(found?.neighbours).toEqual([]);
  });

  it('refuses a blocked corpus prompt that is used', async () => {
    const { spent } = await open();
    const promptVector = new Float32Array(64).fill(0.125);
    const row = { id: 'c1', prompt: 'one badword', url: '', width: 1, height: 1, sourceSite: 't', promptVector };
    await bot.store.importPairs([row, { ...row, id: 'c2', prompt: 'one good word' }]);
    expect(errorIn(await bot.press('use:corpus:c1'))).toMatch(/“badword”/);
    const [found] = await bot.say('search', { text: 'one word' });
    expect(found?.neighbours?.map(({ id }) => id)).toEqual(['c2']);
    expect(spent).toEqual([]);
  });

  it.each([true, false])(
    'holds for what must not be in the picture too (as a text of its own: %j)',
    async (hasNegativePrompt) => {
      const { spent } = await open({ limits: { hasNegativePrompt }, policy: 'never' });
      await expect(bot.say('prompt', { text: 'a fox', negative: 'text, b4dw0rd' })).rejects.toMatchObject({
        code: 'refused',
        message: "Refused: “badword” is on the operator's list of blocked words. Change the prompt.",
      });
      expect([spent, bot.posts]).toEqual([[], []]);
      // To keep adult content out is no wish to see it.
      expect(errorIn(await bot.say('prompt', { text: 'a fox', negative: 'nude' }))).toBeUndefined();
    },
  );

  it('refuses a stored negative prompt that is drawn again, by a list that is newer', async () => {
    await open({ words: '' });
    const parent = await made('a barn owl', { negative: 'ox' });
    await bot.outbox.settled();
    const generation = await bot.store.findGeneration('memory:home', parent.id);
    if (!generation) throw new Error('not stored');
    await bot.close();
    const { spent } = await open({ words: 'ox' });
    const promptVector = new Float32Array(64).fill(0.125);
    await bot.store.logGeneration({ ...generation, promptVector, imageVectors: [promptVector] });
    expect(errorIn(await bot.press(`again:${parent.id}`))).toMatch(/“ox” is on the operator's list/);
    expect(spent).toEqual([]);
  });

  it("keeps a rewrite whose negative prompt is refused, with the person's own, and says so", async () => {
    const base = rewriting((text) => `${text}, soft light`);
    const refiner: Refiner = {
      name: 'scripted',
      refine: async (request) => ({ ...(await base.refine(request)), negativePrompt: 'text, badword' }),
    };
    await open({ refiner });
    const cards = await bot.say('prompt', { text: 'a fox', negative: 'text' });
    const shown = cards.find(({ refinement }) => refinement)?.refinement;
    expect(shown).toMatchObject({ prompt: 'a fox, soft light', negativePrompt: 'text', refiner: 'scripted' });
    expect(shown?.notice).toMatch(/^What the rewrite would keep out was refused: “badword” is on/);
  });

  it.each([
    ['a blocked word', 'badword', /“badword” is on the operator's list of blocked words/],
    ['adult content', 'nude', /“nude” is on the operator's list of adult words/],
  ])("gives up a rewrite with %s for the person's own words, and says so", async (_, word, reason) => {
    const { spent } = await open({ refiner: rewriting((text) => `${text}, ${word}`) });
    const cards = await bot.say('prompt', { text: 'a fox', style: 'watercolor' });
    const shown = cards.find(({ refinement }) => refinement)?.refinement;
    expect(shown).toMatchObject({
      prompt: expect.stringMatching(/^a fox, .*watercolor/),
      changes: [],
      refiner: 'none',
    });
    expect(shown?.notice).toMatch(/^The rewrite was refused: .* So your own words are used\.$/);
    expect(shown?.notice).toMatch(reason);
    expect(spent.at(-1)).toBe(`draw ${shown?.prompt}`);
    expect(picturesIn(cards)?.images).toHaveLength(1);
  });

  it('leaves out other phrasings that hold one', async () => {
    await open({ refiner: rewriting((text) => text, ['a badword', 'a nude', 'a vixen']) });
    const cards = await bot.say('prompt', { text: 'a fox' });
    expect(cards.find(({ refinement }) => refinement)?.refinement?.variants).toEqual(['a vixen']);
  });
});

describe('adult content', () => {
  it('is refused before it is made where the place is not for it', async () => {
    const { spent } = await open();
    const cards = await bot.say('prompt', { text: 'a nude', raw: true });
    expect(errorIn(cards)).toMatch(
      /“nude” is on the operator's list of adult words\. This place is not for adults\. Change/,
    );
    expect(spent).toEqual([]);
  });

  it('is refused at the door where the bot makes none', async () => {
    await open({ policy: 'never', isForAdults: true });
    await expect(bot.say('prompt', { text: 'a nude' })).rejects.toMatchObject({
      code: 'refused',
      message: /nothing for adults/,
    });
  });

  it.each([
    { isForAdults: true, policy: 'restricted' },
    { isForAdults: false, policy: 'allow' },
  ] as const)('is made, stored with its mark and shown without one: %j', async (setup) => {
    await open(setup);
    const card = await made('a nude');
    expect(card.images?.[0]).not.toHaveProperty('nsfw');
    await bot.outbox.settled();
    expect(await bot.store.findGeneration('memory:home', card.id)).toMatchObject({ nsfw: true });
    const [found] = await bot.say('search', { text: 'a nude' });
    expect(found?.neighbours?.[0]).toMatchObject({ id: card.id });
    expect(found?.neighbours?.[0]).not.toHaveProperty('nsfw');
  });

  it('keeps its mark where the place is not for it: on pictures, matches and the history', async () => {
    const { spent } = await open({ service: service([], [0]) });
    const card = await made('a statue');
    expect(card.images?.[0]?.nsfw).toBe(true);
    const [found] = await bot.say('search', { text: 'a statue' });
    expect(found?.neighbours?.[0]).toMatchObject({ id: card.id, nsfw: true });
    const [history] = await bot.say('history');
    expect(history?.neighbours?.[0]?.nsfw).toBe(true);
    const before = spent.length;
    expect(errorIn(await bot.press(`again:${card.id}`))).toMatch(/derives from pictures that were marked as adult/);
    expect(spent).toHaveLength(before);
  });

  it('is not even found where the bot makes none', async () => {
    await open({ isForAdults: true });
    const { id } = await made('a nude');
    await bot.outbox.settled();
    const stored = await bot.store.findGeneration('memory:home', id);
    const vectors = await bot.store.vectorsOf('memory:home', id);
    await bot.close();
    if (!stored || !vectors) throw new Error('not stored');
    await open({ policy: 'never', words: '' });
    await bot.store.logGeneration({ ...stored, promptVector: vectors.prompt, imageVectors: vectors.images });
    const [found] = await bot.say('search', { text: 'a nude' });
    expect(found?.neighbours).toEqual([]);
  });

  it('is withheld where the bot makes none, though the backend made it', async () => {
    await open({ policy: 'never', service: service([], [0]) });
    const cards = await bot.say('prompt', { text: 'a statue', raw: true });
    expect(errorIn(cards)).toMatch(/^Nothing can be shown: the service finds sexual/);
    expect(await bot.store.history('memory:home', 'any', { limit: 1 })).toEqual([]);
  });
});

/** Refuses texts that hold `fiend`, and pictures by their place in the order they come. */
function service(refusedPictures: readonly number[], adultPictures: readonly number[] = []): Moderator {
  const rule = (name: string) => ({ name, reason: `the service finds ${name}` });
  let seen = 0;
  return {
    judgeTexts: async (texts) => (texts.join().includes('fiend') ? { refused: rule('fiends') } : {}),
    judgePictures: async (pictures) =>
      pictures.map(() => {
        const index = seen++;
        return {
          refused: refusedPictures.includes(index) ? rule('violence') : undefined,
          adult: adultPictures.includes(index) ? rule('sexual') : undefined,
        };
      }),
  };
}

describe('a moderation service', () => {
  it('refuses a prompt before anything is spent, and gives up a rewrite', async () => {
    const { spent } = await open({ service: service([]) });
    expect(errorIn(await bot.say('prompt', { text: 'a fiend' }))).toBe(
      'Refused: the service finds fiends. Change the prompt.',
    );
    expect(spent).toEqual([]);
    await bot.close();
    await open({ service: service([]), refiner: rewriting((text) => `${text} and a fiend`) });
    const cards = await bot.say('prompt', { text: 'a fox' });
    expect(cards.find(({ refinement }) => refinement)?.refinement).toMatchObject({
      prompt: 'a fox',
      notice: expect.stringContaining('the service finds fiends'),
    });
  });

  it('withholds a picture with its rule, never stores it, and keeps the others', async () => {
    await open({ service: service([1]) });
    const card = await made('a fox', { count: 3, seed: 5 });
    expect(card.images?.map(({ seed }) => seed)).toEqual([5, 7]);
    expect(card.text).toContain('1 of 3 pictures was withheld: the service finds violence.');
    await bot.outbox.settled();
    expect((await bot.store.findGeneration('memory:home', card.id))?.images).toHaveLength(2);
  });

  it('says why nothing is left, and stores none of it', async () => {
    await open({ service: service([0, 1]) });
    const cards = await bot.say('prompt', { text: 'a fox', raw: true, count: 2 });
    expect(errorIn(cards)).toBe('Nothing can be shown: the service finds violence. Change the prompt.');
    expect(await bot.imageFiles()).toEqual([]);
  });

  it('marks as adult what it finds sexual', async () => {
    await open({ service: service([], [0]) });
    expect((await made()).images?.[0]?.nsfw).toBe(true);
  });

  it.each(['image', 'use_as_source'])('refuses a picture that somebody sent before it is used: %s', async (use) => {
    const { spent } = await open({ service: service([0]), limits: { hasSource: true } });
    const options = { text: 'a fox', ...(use === 'use_as_source' && { use_as_source: true }) };
    const cards = await bot.say('prompt', options, {}, [{ bytes: await bot.picture() }]);
    expect(errorIn(cards)).toBe('Refused: the service finds violence. Send another picture.');
    expect(spent).toEqual([]);
  });

  it('shows no preview that nobody judged', async () => {
    await open({ service: service([]), preview: new Uint8Array([1]) });
    await made();
    expect(bot.updates.some(({ fraction }) => fraction === 0.5)).toBe(true);
    expect(bot.updates.filter(({ preview }) => preview)).toEqual([]);
    await bot.close();
    await open({ preview: new Uint8Array([1]) });
    await made();
    expect(bot.updates.filter(({ preview }) => preview)).not.toEqual([]);
  });
});
