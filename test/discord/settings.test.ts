import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apiAddress } from '../../adapters/discord/api-address.ts';
import { parseConfig } from '../../src/config.ts';
import { parseShards } from '../../src/shards.ts';

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
  expect(() => parseConfig({ DISCORD_TOKEN: 'token', DISCORD_SHARDS: text || '/' })).toThrow(
    /DISCORD_SHARDS must be auto, or shards of so many/,
  );
});

test('whatever is understood names different shards below their total', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\d,\- ]{1,8}\/\d{1,2}$/), (text) => {
      const parsed = parseShards(text);
      if (parsed === undefined || parsed === 'auto') return;
      expect(new Set(parsed.ids).size).toBe(parsed.ids.length);
      for (const id of parsed.ids) expect(id).toBeLessThan(parsed.total);
    }),
  );
});

test.each([
  [undefined, 'https://discord.com/api'],
  ['http://127.0.0.1:8080/api', 'http://127.0.0.1:8080/api'],
  ['http://127.0.0.1:8080/api/v10/', 'http://127.0.0.1:8080/api'],
])('the API address %j is %j for discord.js', (configured, expected) => {
  expect(apiAddress(configured)).toBe(expected);
});
