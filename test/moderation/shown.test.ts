import { expect, it } from 'vitest';
import type { Card } from '../../src/chat.ts';
import { type AdultPolicy, adultPlaceOf } from '../../src/moderation/adult-policy.ts';
import { asShownTo } from '../../src/moderation/shown.ts';

const image = { key: 'key', alt: 'x', width: 1, height: 1, seed: 1 };
const marked: Card = {
  text: 'x',
  images: [{ ...image, nsfw: true }, image],
  neighbours: [{ id: 'n', prompt: 'a nude', source: 'own', picture: 'key', nsfw: true }],
  actions: [],
};

const shown = (policy: AdultPolicy, isForAdults?: boolean) =>
  asShownTo(
    () => adultPlaceOf(policy, isForAdults === undefined ? {} : { isForAdults: async () => isForAdults }),
    marked,
  );
const marksIn = ({ images = [], neighbours = [] }: Card) => [...images, ...neighbours].map(({ nsfw }) => nsfw);

it.each([
  ['restricted', true],
  ['allow', false],
  ['allow', undefined],
] as const)('%s, in a place for adults: %s, takes the marks away', async (policy, isForAdults) => {
  expect(marksIn(await shown(policy, isForAdults))).toEqual([undefined, undefined, undefined]);
});

it.each([false, undefined])(
  'restricted, in a place for adults: %s, leaves them to the adapter',
  async (isForAdults) => {
    expect(await shown('restricted', isForAdults)).toBe(marked);
  },
);

it('never leaves the pictures out, even where the platform has a place for adults', async () => {
  const { images, neighbours } = await shown('never', true);
  expect(images).toEqual([image]);
  expect(neighbours).toMatchObject([{ prompt: 'a nude', picture: undefined }]);
});

it('asks nothing of the platform for a card without marks', async () => {
  const card: Card = { text: 'x', images: [image], actions: [] };
  const unasked = () => Promise.reject(new Error('asked'));
  expect(await asShownTo(unasked, card)).toBe(card);
});
