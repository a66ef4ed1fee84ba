import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/paths.ts';

interface Piece {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

// The page's modules are plain JavaScript, so they come without types.
const file = pathToFileURL(`${packageRoot}/adapters/web/page/diff.js`).href;
const { diffWords }: { diffWords(before: string, after: string): Piece[] } = await import(file);

const join = (pieces: Piece[], left: Piece['kind']) =>
  pieces
    .filter(({ kind }) => kind !== left)
    .map(({ text }) => text)
    .join('');

test('what stays and goes is the old text, what stays and comes is the new one', () => {
  const words = fc
    .array(fc.constantFrom('a', 'cat', ',', ' ', 'sofa', '猫', '👍', '\n'), { maxLength: 30 })
    .map((all) => all.join(''));
  const texts = fc.oneof(words, fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const pieces = diffWords(before, after);
      expect(join(pieces, 'added')).toBe(before);
      expect(join(pieces, 'removed')).toBe(after);
    }),
  );
});

test('only what changed is marked', () => {
  expect(diffWords('a cat on the sofa', 'a ginger cat on the sofa, soft light')).toEqual([
    { kind: 'same', text: 'a ' },
    { kind: 'added', text: 'ginger ' },
    { kind: 'same', text: 'cat on the sofa' },
    { kind: 'added', text: ', soft light' },
  ]);
});

test('texts of 20,000 characters are compared without running out of memory', () => {
  const before = 'one two '.repeat(2500);
  const after = 'two three '.repeat(2000);
  expect(join(diffWords(before, after), 'removed')).toBe(after);
});
