import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Card } from '../../src/chat.ts';
import { type Bot, openBot, type Posted } from './bot.ts';

let bot: Bot;
beforeAll(async () => {
  bot = await openBot();
});
afterAll(() => bot.close());

async function make(
  options: Record<string, unknown> = {},
  who?: Parameters<Bot['say']>[2],
): Promise<Card & { generationId: string }> {
  const cards = await bot.say('prompt', { text: 'a red fox in the snow', ...options }, who);
  return picturesOf(cards);
}

function picturesOf(cards: readonly Card[]): Card & { generationId: string } {
  const card = cards.find(({ images }) => images);
  if (!card?.generationId) throw new Error(`no pictures: ${JSON.stringify(cards)}`);
  return { ...card, generationId: card.generationId };
}

const refOf = (card: Card) => {
  const post = bot.posts.find((known) => known.card.generationId === card.generationId);
  if (!post) throw new Error('the card was not posted');
  return post.ref;
};
const likesOf = async (generation: string) => {
  await bot.outbox.settled();
  const [likes] = await Promise.all([
    bot.store.searchPrompts(await vectorOf(generation), { limit: 50, scope: 'memory:home' }),
  ]);
  const match = likes.find(({ id }) => id === generation);
  return { likes: match?.likes, dislikes: match?.dislikes };
};
const vectorOf = async (generation: string) => {
  const vectors = await bot.store.vectorsOf('memory:home', generation);
  if (!vectors) throw new Error('no vectors');
  return vectors.prompt;
};

describe('/prompt', () => {
  it('posts the neighbours with the refinement, then the pictures, and is found by the next search', async () => {
    const cards = await bot.say('prompt', { text: 'a walrus on a skateboard', count: 3, seed: 5, aspect: '16:9' });
    expect(cards.map((card) => [Boolean(card.neighbours), Boolean(card.refinement), card.images?.length])).toEqual([
      [true, true, undefined],
      [false, false, 3],
    ]);
    const pictures = picturesOf(cards);
    expect(pictures.images?.map(({ seed, width, height }) => [seed, width, height])).toEqual(
      [5, 6, 7].map((seed) => [seed, 1024, 576]),
    );
    const [found] = await bot.say('search', { text: 'walrus skateboard' });
    expect(found?.neighbours?.[0]).toMatchObject({
      id: pictures.generationId,
      source: 'own',
      picture: pictures.images?.[0]?.key,
    });
  });

  it('sends the words as they are with raw', async () => {
    const cards = await bot.say('prompt', { text: 'exactly this', raw: true });
    expect(cards.some(({ refinement }) => refinement)).toBe(false);
    expect(picturesOf(cards).images?.[0]?.alt).toBe('exactly this');
  });

  it('adds the words of a named style', async () => {
    const pictures = picturesOf(await bot.say('prompt', { text: 'a barn', style: 'watercolor', raw: true }));
    expect(pictures.images?.[0]?.alt).toMatch(/^a barn, .*watercolor/);
  });

  it.each([
    ['no text', {}],
    ['only spaces', { text: '   ' }],
    ['20,000 characters', { text: 'x'.repeat(20_000) }],
    ['too many pictures', { text: 'a', count: 5 }],
    ['an unknown option', { text: 'a', colour: 'red' }],
  ])('refuses %s before anything is accepted', async (_, options) => {
    await expect(bot.say('prompt', options)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('takes the same event once', async () => {
    const first = await bot.say('prompt', { text: 'once only' }, { id: 'same' });
    expect(first.length).toBeGreaterThan(0);
    expect(await bot.say('prompt', { text: 'once only' }, { id: 'same' })).toEqual([]);
  });
});

describe('derived runs', () => {
  it.each([
    ['again', '🔁'],
    ['refine', '✨'],
    ['restyle', '🎨'],
  ])('%s records its parent and root', async (name) => {
    const parent = await make({ seed: 1 });
    const child = picturesOf(await bot.press(`${name}:${parent.generationId}`));
    const grandchild = picturesOf(await bot.press(`again:${child.generationId}`));
    expect(child.parentId).toBe(parent.generationId);
    await bot.outbox.settled();
    const lineage = await bot.store.lineage('memory:home', grandchild.generationId);
    expect(lineage.map(({ id }) => id)).toEqual([grandchild.generationId, child.generationId, parent.generationId]);
    expect(new Set(lineage.map(({ root }) => root))).toEqual(new Set([parent.generationId]));
  });

  it('again keeps the prompt and the count, and takes another seed', async () => {
    const parent = await make({ seed: 1, count: 2 });
    const child = picturesOf(await bot.press(`again:${parent.generationId}`));
    expect(child.text).toBe(parent.text);
    expect(child.images).toHaveLength(2);
    expect(child.images?.[0]?.seed).not.toBe(1);
  });

  it('edit runs the words of its form, and refuses an empty one', async () => {
    const parent = await make();
    const child = picturesOf(await bot.press(`edit:${parent.generationId}`, { text: 'a blue fox' }));
    expect([child.text, child.parentId]).toEqual(['a blue fox', parent.generationId]);
    const [refusal] = await bot.press(`edit:${parent.generationId}`, { text: '  ' });
    expect(refusal).toMatchObject({ tone: 'error', text: /empty/ });
  });

  it('uses a found prompt of one’s own as it is', async () => {
    const parent = await make();
    const child = picturesOf(await bot.press(`use:own:${parent.generationId}`));
    expect(child.text).toBe(parent.text);
  });

  it('says that a deleted one is gone', async () => {
    const [answer] = await bot.press('again:00000000-0000-4000-8000-000000000000');
    expect(answer).toMatchObject({ tone: 'error', text: /deleted/ });
  });
});

describe('judgements', () => {
  it('count a like once per person, and its removal', async () => {
    const made = await make({ text: 'an otter with a pearl' });
    const ref = refOf(made);
    await bot.react('👍', true, ref);
    await bot.react('👍🏽', true, ref, { person: 'bob' });
    await bot.react('👍', true, ref, { person: 'bob' });
    expect(await likesOf(made.generationId)).toEqual({ likes: 2, dislikes: 0 });
    await bot.react('👍', false, ref, { person: 'bob' });
    expect(await likesOf(made.generationId)).toEqual({ likes: 1, dislikes: 0 });
  });

  it('toggle with a button', async () => {
    const made = await make({ text: 'a heron at dawn' });
    await bot.press(`dislike:${made.generationId}`);
    expect(await likesOf(made.generationId)).toEqual({ likes: 0, dislikes: 1 });
    await bot.press(`dislike:${made.generationId}`);
    expect(await likesOf(made.generationId)).toEqual({ likes: 0, dislikes: 0 });
  });

  it('refuse an emoji without a meaning, and ignore a message that shows no run', async () => {
    const made = await make();
    await expect(bot.react('🍕', true, refOf(made))).rejects.toMatchObject({ code: 'invalid_input', message: /👍/ });
    expect(await bot.react('👍', true, { adapter: 'memory', thread: 'main', message: 'elsewhere' })).toEqual([]);
  });

  it('work as a reaction for derived runs, whose removal does nothing', async () => {
    const made = await make();
    const child = picturesOf(await bot.react('🔁', true, refOf(made)));
    expect(child.parentId).toBe(made.generationId);
    expect(await bot.react('🔁', false, refOf(made))).toEqual([]);
  });

  it('lift a liked prompt over its equals in the next search', async () => {
    const one = await make({ text: 'zebra crossing one', raw: true });
    const two = await make({ text: 'zebra crossing two', raw: true });
    const rank = async () => {
      const [found] = await bot.say('search', { text: 'zebra crossing' });
      const ids = found?.neighbours?.map(({ id }) => id) ?? [];
      return ids.filter((id) => id === one.generationId || id === two.generationId);
    };
    const last = (await rank())[0] === one.generationId ? two : one;
    await bot.react('👍', true, refOf(last));
    expect((await rank())[0]).toBe(last.generationId);
  });
});

describe('deleting', () => {
  it('removes one’s own run: messages, pictures, and from every search', async () => {
    const made = await make({ text: 'a secret garden', seed: 99 });
    await bot.press(`delete:${made.generationId}`);
    expect(
      bot.posts.filter(({ card }) => card.generationId === made.generationId).every(({ removed }) => removed),
    ).toBe(true);
    expect(await bot.images.get(made.images?.[0]?.key ?? '')).toBeUndefined();
    const [found] = await bot.say('search', { text: 'a secret garden' });
    expect(found?.neighbours?.map(({ id }) => id)).not.toContain(made.generationId);
  });

  it.each(['delete', 'forget'])('%s removes the rest when one message is out of reach, and says so', async (how) => {
    const person = `eve-${how}`;
    const made = await make({ text: `a lost valley, ${how}` }, { person });
    const shown = bot.posts.find(({ card }) => card.generationId === made.generationId);
    if (!shown) throw new Error('nothing was posted');
    const [lost, found] = ['lost', 'found'].map((message) => {
      const post = { ref: { ...shown.ref, message: `${message} ${how}` }, card: made, removed: false };
      bot.posts.push(post);
      return post;
    }) as [Posted, Posted];
    for (const { ref } of [lost, found]) {
      const post = { ...ref, generation: made.generationId ?? '', scope: 'memory:home', createdAt: new Date() };
      await bot.outbox.add({ kind: 'post', post });
    }
    lost.outOfReach = true;
    const [question] = how === 'forget' ? await bot.say('forget', {}, { person }) : [];
    const [answer] = await bot.press(question?.actions[0]?.id ?? `delete:${made.generationId}`, { person });
    expect(answer?.text).toMatch(
      /^Deleted.*One message stays where I can not remove it any more: I may not post there/,
    );
    expect([shown, lost, found].map(({ removed }) => removed)).toEqual([true, false, true]);
    expect(await bot.store.findGeneration('memory:home', made.generationId)).toBeUndefined();
  });

  it('leaves the pictures of another run alone, also of one with the same seed', async () => {
    const one = await make({ seed: 123 });
    const two = await make({ seed: 123 });
    await bot.press(`delete:${one.generationId}`);
    expect(await bot.images.get(two.images?.[0]?.key ?? '')).toBeDefined();
  });

  it('is for the owner and for moderators alone', async () => {
    const made = await make();
    const [refusal] = await bot.press(`delete:${made.generationId}`, { person: 'mallory' });
    expect(refusal).toMatchObject({ tone: 'error', text: /Only the person/ });
    const [deleted] = await bot.press(`delete:${made.generationId}`, { person: 'mod', moderator: true });
    expect(deleted?.text).toBe('Deleted.');
  });

  it('/forget removes everything of the asker, after a confirmation that nobody else can give', async () => {
    const mine = await make({}, { person: 'zoe' });
    const other = await make({}, { person: 'ann' });
    const [question] = await bot.say('forget', {}, { person: 'zoe' });
    const confirm = question?.actions[0]?.id ?? '';
    const [refusal] = await bot.press(confirm, { person: 'mallory' });
    expect(refusal).toMatchObject({ tone: 'error' });
    expect(await bot.store.findGeneration('memory:home', mine.generationId)).toBeDefined();
    const [answer] = await bot.press(confirm, { person: 'zoe' });
    expect(answer?.text).toBe('Deleted 1 of your runs here.');
    expect(await bot.store.findGeneration('memory:home', mine.generationId)).toBeUndefined();
    expect(await bot.store.findGeneration('memory:home', other.generationId)).toBeDefined();
  });
});

describe('scopes', () => {
  it('never show, judge or derive from another’s generation', async () => {
    const made = await make({ text: 'unicorn parade' });
    const elsewhere = { scope: 'memory:elsewhere' };
    const [found] = await bot.say('search', { text: 'unicorn parade' }, elsewhere);
    expect(found?.neighbours?.map(({ id }) => id) ?? []).not.toContain(made.generationId);
    for (const action of ['again', 'like', 'delete', 'similar']) {
      const [answer] = await bot.press(`${action}:${made.generationId}`, elsewhere);
      expect(answer).toMatchObject({ tone: 'error' });
    }
    expect(await bot.react('👍', true, refOf(made), elsewhere)).toEqual([]);
  });
});

describe('the rest', () => {
  it('finds by a picture what made it', async () => {
    const made = await make({ seed: 200 });
    const bytes = await bot.images.get(made.images?.[0]?.key ?? '');
    if (!bytes) throw new Error('no bytes');
    const [found] = await bot.invoke({ kind: 'message', text: '', attachments: [{ bytes }] });
    expect(found?.neighbours?.slice(0, 3).map(({ prompt }) => prompt)).toContain(made.text);
    expect(found?.actions[0]?.id).toMatch(/^use:own:/);
  });

  it('answers a text reply with a run, and a typed command with that command', async () => {
    expect(picturesOf(await bot.invoke({ kind: 'message', text: 'a lighthouse', attachments: [] })).text).toContain(
      'a lighthouse',
    );
    const two = await bot.invoke({ kind: 'message', text: 'a lighthouse --count 2 --raw', attachments: [] });
    expect(picturesOf(two).images).toHaveLength(2);
    expect(picturesOf(two).text).toBe('a lighthouse');
    const [help] = await bot.invoke({ kind: 'message', text: '/help', attachments: [] });
    expect(help?.text).toMatch(/\/prompt: /);
  });

  it('lists one’s own history, newest first, and nobody else’s', async () => {
    const older = await make({ text: 'older' }, { person: 'hal' });
    const newer = await make({ text: 'newer' }, { person: 'hal' });
    const [history] = await bot.say('history', {}, { person: 'hal' });
    expect(history?.neighbours?.map(({ id }) => id)).toEqual([newer.generationId, older.generationId]);
    expect(history?.personal).toBe(true);
  });

  it('completes /prompt with one’s own past texts', async () => {
    await make({ text: 'a quokka smiling' }, { person: 'quinn' });
    const question = { command: 'prompt', option: 'text', typed: 'QUOK', scope: 'memory:home' };
    expect(await bot.handler.suggest({ ...question, person: { id: 'quinn', name: 'q' } })).toEqual([
      'a quokka smiling',
    ]);
    expect(await bot.handler.suggest({ ...question, person: { id: 'other', name: 'o' } })).toEqual([]);
  });

  it('reports progress to the end', async () => {
    await make();
    const last = bot.updates.at(-1);
    const statuses = bot.updates.filter(({ jobId }) => jobId === last?.jobId).map(({ status }) => status);
    expect(statuses.at(-1)).toBe('done');
    expect(statuses).toContain('running');
  });
});
