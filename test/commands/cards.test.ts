import { expect, it } from 'vitest';
import { picturesCard } from '../../commands/cards.ts';
import { generation } from '../store/samples.ts';

const images = [1, 2].map((seed) => ({ key: `key ${seed}`, width: 64, height: 64, seed }));
const run = generation('g', { prompt: 'a fox', images });

it('shows how well ranked pictures fit, in the text and beside each', () => {
  const card = picturesCard(run, { notices: ['Made smaller.'], ranked: { fits: [0.834, 0.2] } });
  expect(card.text).toBe('a fox\nBest of 2 first, by how well each fits the prompt: 83 %, 20 %\nMade smaller.');
  expect(card.images).toMatchObject([
    { rank: 1, fit: 0.834, alt: '1 of 2, fits 83 %: a fox' },
    { rank: 2, fit: 0.2, alt: '2 of 2, fits 20 %: a fox' },
  ]);
});

it('shows places alone where nothing can be measured', () => {
  const card = picturesCard(run, { notices: [], ranked: { fits: undefined } });
  expect(card.text).toBe('a fox\nBest of 2 first, as far as this model can tell');
  expect(card.images?.map(({ alt, fit }) => [alt, fit])).toEqual([
    ['1 of 2: a fox', undefined],
    ['2 of 2: a fox', undefined],
  ]);
});

it('says nothing of places without a ranking', () => {
  const card = picturesCard(run, { notices: [] });
  expect([card.text, card.images?.[0]?.alt, card.images?.[0]?.rank]).toEqual(['a fox', 'a fox', undefined]);
});
