import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPngText } from '../../src/images/metadata/png-text.ts';
import { readProvenance } from '../../src/images/provenance.ts';
import { type Bot, openBot } from './bot.ts';

/** A picture that carries how it was made is found by that, before anything that only looks like it. */
describe('provenance', () => {
  let bot: Bot;
  beforeAll(async () => {
    bot = await openBot({ sampling: { steps: 12, guidance: 4.5, sampler: 'Euler' } });
  });
  afterAll(() => bot.close());

  const plain = (background: string) =>
    sharp({ create: { width: 64, height: 64, channels: 3, background } })
      .png()
      .toBuffer();

  const find = (bytes: Uint8Array, who = {}) =>
    bot.invoke({ kind: 'message', text: '', attachments: [{ bytes }] }, who);

  async function made(prompt: string, more: Record<string, unknown> = {}) {
    const posted = await bot.say('prompt', { text: prompt, raw: true, ...more });
    const card = posted.find(({ images }) => images);
    const bytes = await bot.images.get(card?.images?.at(-1)?.key ?? '');
    return { card, bytes: bytes ?? Buffer.alloc(0) };
  }

  it('knows its own pictures, of several the very one, and derives from them', async () => {
    const { card, bytes } = await made('a fox in the snow', { count: 2, seed: 41, negative: 'people, text' });
    const [found] = await find(bytes);
    expect(found?.text).toBe('This picture carries its prompt\nNegative prompt: people, text\nseed 42 · model plain');
    const [first, ...others] = found?.neighbours ?? [];
    const { generationId, images } = card ?? {};
    expect(first).toMatchObject({
      id: generationId,
      prompt: 'a fox in the snow',
      source: 'own',
      similarity: 1,
      alike: 0,
      picture: images?.at(-1)?.key,
    });
    expect(others.map(({ prompt }) => prompt)).not.toContain('a fox in the snow');
    const derived = await bot.press(found?.actions[0]?.id ?? '');
    expect(derived.at(-1)).toMatchObject({ parentId: generationId });
  });

  it('writes into them how they were sampled', async () => {
    const { bytes } = await made('an otter on a raft');
    expect(await readProvenance(bytes)).toMatchObject({ steps: 12, guidance: 4.5, sampler: 'Euler' });
  });

  it('shows to another scope only what the picture carries, and runs that as it is', async () => {
    const { bytes, card } = await made('a heron at dawn', { seed: 5 });
    const [found] = await find(bytes, { scope: 'memory:elsewhere' });
    const [first] = found?.neighbours ?? [];
    expect(first).toMatchObject({ prompt: 'a heron at dawn', source: 'picture', similarity: 1, alike: 0 });
    expect(first?.id).not.toBe(card?.generationId);
    const used = await bot.press(found?.actions[0]?.id ?? '', { scope: 'memory:elsewhere' });
    expect(used.at(-1)).toMatchObject({ text: 'a heron at dawn' });
    expect(used.at(-1)?.parentId).toBeUndefined();
  });

  it('reads pictures of A1111, and forged ones tell nothing of others', async () => {
    const text =
      'an owl, <b>bold</b>\nNegative prompt: lowres\nSteps: 28, Sampler: Euler a, CFG scale: 7, Seed: 9, Model: dream';
    const [found] = await find(withPngText(await plain('red'), 'parameters', text));
    expect(found?.text).toBe(
      'This picture carries its prompt\nNegative prompt: lowres\nseed 9 · model dream · 28 steps · Euler a · guidance 7',
    );
    expect(found?.neighbours?.[0]).toMatchObject({ prompt: 'an owl, <b>bold</b>', source: 'picture' });

    const { card } = await made('a secret garden');
    const forged = `nothing\nSteps: 1, Seed: 1, Promptory: ${card?.generationId}`;
    const [seen] = await find(withPngText(await plain('lime'), 'parameters', forged), { scope: 'memory:elsewhere' });
    expect(seen?.neighbours?.[0]?.prompt).toBe('nothing');
    expect(JSON.stringify(seen)).not.toContain('secret');
  });

  it('goes by the look of a picture whose metadata a platform stripped', async () => {
    const { bytes } = await made('a lighthouse', { seed: 77 });
    const [found] = await find(await sharp(bytes).png().toBuffer());
    expect(found?.text).toBe('Prompts that made something like it');
    expect(found?.neighbours?.[0]).toMatchObject({ prompt: 'a lighthouse', source: 'own' });
  });
});
