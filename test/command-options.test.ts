import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, readOptions } from '../src/command-options.ts';
import { BotError } from '../src/errors.ts';
import { faultOf, promptCommand } from './command-fixtures.ts';

describe('the options of a command', () => {
  const read = (given: Record<string, unknown>) => readOptions(promptCommand.options, given);

  test('are coerced to their types, from strings and from typed values', () => {
    expect(read({ text: 'a', count: ' 3 ', aspect: '16:9', style: 'PIXEL ART', raw: 'yes' })).toMatchObject({
      text: 'a',
      count: 3,
      aspect: '16:9',
      style: 'Pixel art',
      raw: true,
    });
    expect(read({ text: 'a', count: 3, raw: false })).toMatchObject({ count: 3, raw: false });
    expect(read({ text: 'a', count: null, negative: '  ', aspect: undefined })).toMatchObject({ text: 'a' });
  });

  test('text loses control characters and broken surrogates, and is composed', () => {
    expect(read({ text: 'a\u0000\u001bb\tc\r\nd\u0085 e\u0301 \ud800' }).text).toBe('ab\tc\nd é');
  });

  test.each(['', ' \n ', '\u200b', '\u0000'])('text %j shows nothing, so it is missing', (text) => {
    expect(faultOf(() => read({ text }))).toContain('for example /prompt a cat sleeping on the sofa');
  });

  test('lengths count characters, not UTF-16 units', () => {
    expect(read({ text: '😀'.repeat(100) }).text).toHaveLength(200);
    expect(faultOf(() => read({ text: '😀'.repeat(101) }))).toContain('at most 100 characters; this has 101');
  });

  test('every fault is in one error', () => {
    const fault = faultOf(() =>
      read({ text: ' \u0007 ', count: '9', aspect: '2:3', raw: 'maybe', negative: 5, colour: 'red', image: 'x' }),
    );
    expect(fault.split('\n')).toEqual([
      'There is no option --colour. There are --text, --count, --aspect, --negative, --style, --raw.',
      'Write what you want to see, for example /prompt a cat sleeping on the sofa',
      '--count must be a whole number from 1 to 4, not "9".',
      '--aspect must be one of 1:1, 16:9, not "2:3".',
      '--negative must be text.',
      '--raw is on or off, not "maybe".',
      'Attach the picture itself instead of --image.',
    ]);
  });

  test.each(['1.5', 'four', '', '1e1', '٣', 'NaN', {}, [2], true, Number.POSITIVE_INFINITY])(
    'count %j is no count',
    (count) => {
      if (count === '') expect(read({ text: 'a', count }).count).toBeUndefined();
      else expect(faultOf(() => read({ text: 'a', count }))).toContain('whole number from 1 to 4');
    },
  );

  test('names of built-in properties are unknown options like any other', () => {
    const given = JSON.parse('{"text": "a", "__proto__": {"x": 1}, "constructor": 1}');
    expect(faultOf(() => read(given)).split('\n')).toHaveLength(2);
  });

  test('objects that no text can be made of are faults like any other', () => {
    const bare = Object.create(null);
    expect(() => read({ text: 'a', aspect: bare, raw: bare })).toThrow(BotError);
  });

  test('anything gives checked values or a BotError', () => {
    const names = fc.constantFrom(...Object.keys(promptCommand.options), 'other', '__proto__');
    fc.assert(
      fc.property(fc.dictionary(names, fc.anything()), (given) => {
        try {
          const values = read(given);
          expect(String(values.text).trim()).not.toBe('');
          expect(cleanText(String(values.text)).trim()).toBe(values.text);
          expect([undefined, 1, 2, 3, 4]).toContain(values.count);
        } catch (error) {
          if (!(error instanceof BotError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
