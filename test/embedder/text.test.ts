import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cutText } from '../../src/embedder/text.ts';

const mark = fc.constantFrom(
  '<|endoftext|>',
  '<|startoftext|>',
  '<|EndOfText|>',
  '<|endof',
  'text|>',
  '<|',
  '|>',
  '\0',
);

describe('a text on its way to the tokenizer', () => {
  it('has no marks, control characters or lone surrogates left, however they were put together', () => {
    const units = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    fc.assert(
      fc.property(fc.array(fc.oneof(mark, units, fc.string({ unit: 'binary' }))), (parts) => {
        const clean = cleanText(parts.join(''));
        expect(clean).not.toMatch(/<\|(start|end)oftext\|>/i);
        expect(clean).not.toMatch(/\p{Cc}|\p{Cs}/u);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });

  it('is not touched otherwise', () => {
    const texts = ['a cat, 4k', '猫 на диване 😀', 'x < y |> z', "'; DROP TABLE prompts; --"];
    expect(texts.map(cleanText)).toEqual(texts);
  });

  it('is cut before it is worked on', () => {
    expect(cutText('x'.repeat(5_000_000))).toHaveLength(8_000);
    expect(cutText('short')).toBe('short');
  });
});
