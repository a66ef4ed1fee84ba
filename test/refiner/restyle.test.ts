import { describe, expect, test } from 'vitest';
import type { RefineRequest } from '../../src/refiner/refiner.ts';
import { requestFor } from '../contract/refiner.ts';
import { prompts, refiner } from './asking.ts';

describe('restyle', () => {
  const other = prompts('a fox, pixel art, limited palette');
  const restyle = (text: string, more: Partial<RefineRequest> = {}) =>
    refiner.refine(requestFor(text, { mode: 'restyle', neighbours: other, ...more }));

  test.each([
    ['a boat, oil painting, soft light', 'a boat, pixel art, limited palette'],
    ['Oil painting, a boat', 'a boat, pixel art, limited palette'],
    ['An oil painting of 3 boats, no people', '3 boats, no people, pixel art, limited palette'],
    ['a boat in watercolor style', 'a boat, pixel art, limited palette'],
    ['a boat with soft light and vibrant colors, two birds', 'a boat, two birds, pixel art, limited palette'],
    ['A boat. Oil painting in the style of Someone.', 'A boat. Pixel art, limited palette.'],
    ['a boat, by Jane Doe, trending on artstation', 'a boat, pixel art, limited palette'],
    ['a boat by the sea', 'a boat by the sea, pixel art, limited palette'],
    ['(masterpiece:1.2), a boat', '(masterpiece:1.2), a boat, pixel art, limited palette'],
    ['a sign "oil painting", a boat', 'a sign "oil painting", a boat, pixel art, limited palette'],
  ])('%j becomes %j', async (text, expected) => {
    expect((await restyle(text)).prompt).toBe(expected);
  });

  test('reports what it took out and where the new style is from', async () => {
    const { changes } = await restyle('a boat, oil painting');
    expect(changes).toEqual([
      { kind: 'removed', text: 'oil painting', reason: 'makes room for another style' },
      {
        kind: 'added',
        text: 'pixel art',
        reason: 'part of the style of a similar prompt (90% alike)',
        neighbourId: 'p0',
      },
      {
        kind: 'added',
        text: 'limited palette',
        reason: 'part of the style of a similar prompt (90% alike)',
        neighbourId: 'p0',
      },
    ]);
  });

  test('takes the set of one neighbour, and another one for another seed', async () => {
    const sets = prompts(
      'a fox, pixel art, limited palette',
      'an owl, oil painting, warm light',
      'a cow, ink drawing, low contrast',
    );
    const sources = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const { changes } = await restyle('a boat', { neighbours: sets, seed });
      const ids = new Set(changes.map(({ neighbourId }) => neighbourId));
      expect(ids.size).toBe(1);
      sources.add([...ids].join());
    }
    expect(sources.size).toBeGreaterThan(1);
  });

  test('does not put the old style back', async () => {
    const same = prompts('a fox, oil painting, soft light, canvas texture', 'an owl, oil painting');
    const { prompt, changes, notice } = await restyle('a boat, oil painting, soft light', { neighbours: same });
    expect(prompt).toBe('a boat, oil painting, soft light');
    expect(changes).toEqual([]);
    expect(notice).toContain('your words stay as they are');
  });

  test('leaves a text whole that is all style', async () => {
    expect((await restyle('oil painting', { neighbours: prompts('a fox, soft light, cozy mood') })).prompt).toBe(
      'oil painting, soft light, cozy mood',
    );
  });

  test('a chosen style replaces the old one', async () => {
    const { prompt } = await restyle('a boat, oil painting', { style: 'watercolor', neighbours: [] });
    expect(prompt).toBe('a boat, watercolor');
    const style = 'watercolor painting, soft washes';
    const again = await restyle(`a boat, oil painting, ${style}`, { style, neighbours: [] });
    expect(again.prompt).toBe(`a boat, ${style}`);
  });
});
