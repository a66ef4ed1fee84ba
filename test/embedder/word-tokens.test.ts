import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bundledModel } from '../../src/embedder/open.ts';
import { cleanText } from '../../src/embedder/text.ts';
import { type Encode, encodeByWords } from '../../src/embedder/word-tokens.ts';

const { AutoTokenizer, env }: typeof import('@xenova/transformers') = createRequire(import.meta.url)(
  '@xenova/transformers',
);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(bundledModel);
const tokenizer = await AutoTokenizer.from_pretrained(path.basename(bundledModel));
const encode: Encode = (text) => tokenizer.encode(text);

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'castle',
        'Castle',
        "DON'T",
        '4k,',
        '(1:2)',
        'ΑΣ',
        'e\u0301',
        '\u0301',
        '猫',
        ' ',
        '\u2000',
        "'s",
      ),
      fc.string({ unit: 'binary' }),
      fc.string(),
    ),
    { maxLength: 20 },
  )
  .chain((parts) => fc.constantFrom(' ', '', ' \t', '\u00a0').map((space) => cleanText(parts.join(space))));

it('gives the tokens that the tokenizer gives, whatever came before', () => {
  const byWords = encodeByWords(encode, 10_000);
  fc.assert(
    fc.property(texts, (text) => {
      expect(byWords(text)).toEqual(encode(text));
      expect(byWords(text)).toEqual(encode(text));
    }),
    { numRuns: 1_000 },
  );
});

it('cuts a long text behind its last token that fits, and keeps the end mark', () => {
  const byWords = encodeByWords(encode, 12);
  fc.assert(
    fc.property(texts, (text) => {
      const whole = encode(text);
      const cut = whole.length > 12 ? [...whole.slice(0, 11), whole.at(-1)] : whole;
      expect(byWords(text)).toEqual(cut);
    }),
  );
});

it('asks the tokenizer once for a word', () => {
  const asked: string[] = [];
  const byWords = encodeByWords((text) => {
    asked.push(text);
    return encode(text);
  }, 77);
  asked.length = 0;
  for (const text of ['a cat', 'a dog', 'a cat  and a dog']) byWords(text);
  expect(asked).toEqual(['a', 'cat', 'dog', 'and']);
});

it('leaves a text whole for a tokenizer to which spaces matter', () => {
  const spaced: Encode = (text) => [1, ...Array.from(text, (letter) => letter.charCodeAt(0)), 2];
  expect(encodeByWords(spaced, 77)('a b')).toEqual(spaced('a b'));
  expect(encodeByWords(spaced, 4)('abc d')).toEqual([1, 97, 98, 2]);
});
