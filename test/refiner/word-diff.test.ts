import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffWords } from '../../src/refiner/word-diff.ts';

describe('the word diff', () => {
  test.each([
    ['a cat', 'a black cat, soft light', ['+black', '+soft light']],
    ['a cat, harsh light', 'a cat, soft light', ['-harsh', '+soft']],
    ['a cat', 'A cat.', []],
    ['', 'a cat', ['+a cat']],
    ['a cat', '', ['-a cat']],
  ])('of %j and %j', (before, after, expected) => {
    const shown = diffWords(before, after).map(({ kind, text }) => (kind === 'added' ? '+' : '-') + text);
    expect(shown).toEqual(expected);
  });

  test('accounts for every word', () => {
    const texts = fc.array(fc.constantFrom('a', 'cat', 'on', 'the', 'sofa')).map((words) => words.join(' '));
    const count = (text: string) => text.split(' ').filter(Boolean).length;
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const sum = (kind: string) =>
          diffWords(before, after).reduce(
            (total, change) => total + (change.kind === kind ? count(change.text) : 0),
            0,
          );
        expect(count(before) - sum('removed') + sum('added')).toBe(count(after));
      }),
    );
  });

  test('takes texts of any length', () => {
    expect(diffWords('x '.repeat(5000), 'y '.repeat(5000))).toHaveLength(2);
  });
});
