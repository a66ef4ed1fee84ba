import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseShards } from '../../adapters/discord/shards.ts';

test.each([
  ['auto', 'auto'],
  ['0/1', { ids: [0], total: 1 }],
  ['0-3/8', { ids: [0, 1, 2, 3], total: 8 }],
  [' 0, 2 / 4 ', { ids: [0, 2], total: 4 }],
  ['1,3-4/5', { ids: [1, 3, 4], total: 5 }],
])('%j is understood', (text, expected) => {
  expect(parseShards(text)).toEqual(expected);
});

test.each(['', '3', '4/4', '0/0', '3-1/4', '0,0/2', '-1/2', 'a/2', '0/2/3', '0-/3'])('%j is refused', (text) => {
  expect(parseShards(text)).toBeUndefined();
});

test('whatever is understood names different shards below their total', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\d,\- ]{1,8}\/\d{1,2}$/), (text) => {
      const parsed = parseShards(text);
      if (!parsed || parsed === 'auto') return;
      expect(new Set(parsed.ids).size).toBe(parsed.ids.length);
      for (const id of parsed.ids) expect(id).toBeLessThan(parsed.total);
    }),
  );
});
