import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandInfo } from '../src/chat.ts';
import { parseCommandLine } from '../src/command-line.ts';
import { cleanText, readOptions } from '../src/command-options.ts';
import { BotError } from '../src/errors.ts';

const prompt: CommandInfo = {
  name: 'prompt',
  description: 'Make pictures',
  options: {
    text: { type: 'text', required: true, maxLength: 100, description: 'What you want to see' },
    count: { type: 'integer', min: 1, max: 4, description: 'How many pictures' },
    aspect: { type: 'choice', choices: ['1:1', '16:9'], description: 'Width to height' },
    negative: { type: 'text', maxLength: 50, description: 'What must not be in the picture' },
    style: { type: 'choice', choices: ['Pixel', 'Pixel art', 'Watercolor'], description: 'A style' },
    raw: { type: 'flag', description: 'Use the words as they are' },
    image: { type: 'image', description: 'A picture' },
  },
};
const help: CommandInfo = { name: 'help', description: 'Help', options: {} };
const commands = [prompt, help];

const parse = (line: string) => parseCommandLine(line, commands);
const options = (line: string) => parse(`/prompt ${line}`).options;

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BotError && error.code === 'invalid_input') return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a command line', () => {
  test.each([
    ['a cat', { text: 'a cat' }],
    ['a cat --count 4', { text: 'a cat', count: '4' }],
    ['a cat --count=4 --raw', { text: 'a cat', count: '4', raw: true }],
    ['--raw a cat', { text: 'a cat', raw: true }],
    ['--raw=off a cat', { text: 'a cat', raw: 'off' }],
    ['a cat --COUNT 2', { text: 'a cat', count: '2' }],
    ['a cat —count 2 –aspect 16:9', { text: 'a cat', count: '2', aspect: '16:9' }],
    ['a --count 2 cat', { text: 'a cat', count: '2' }],
    ['--negative "two words" a cat', { text: 'a cat', negative: 'two words' }],
    ["--negative 'two words' a cat", { text: 'a cat', negative: 'two words' }],
    ['--negative “two words” a cat', { text: 'a cat', negative: 'two words' }],
    ['a cat --negative two words --raw', { text: 'a cat', negative: 'two words', raw: true }],
    ['--negative "say \\"no\\"" a cat', { text: 'a cat', negative: 'say "no"' }],
    ['a cat --style pixel art --raw', { text: 'a cat', style: 'pixel art', raw: true }],
    ['--style pixel a cat', { text: 'a cat', style: 'pixel' }],
    ['"a cat"', { text: 'a cat' }],
    ['"use --raw power" on a shirt', { text: '"use --raw power" on a shirt' }],
    ['it\'s a 12" ruler --count 2', { text: 'it\'s a 12" ruler', count: '2' }],
    ['a "lone quote --count 2', { text: 'a "lone quote', count: '2' }],
    ['two  spaces\nand a line', { text: 'two  spaces\nand a line' }],
    ['a cat — sleeping —softly— here', { text: 'a cat — sleeping —softly— here' }],
    ['a cat -- --count 2', { text: 'a cat --', count: '2' }],
    ['well--raw cat', { text: 'well--raw cat' }],
    ['', {}],
  ])('%j', (line, expected) => {
    expect(options(line)).toEqual(expected);
  });

  test('finds the command whatever its case, and a line break after it', () => {
    expect(parse(' /PROMPT\na cat')).toEqual({ command: 'prompt', options: { text: 'a cat' } });
  });

  test('names the nearest of what is mistyped', () => {
    expect(faultOf(() => parse('/promt a cat'))).toContain('Did you mean /prompt?');
    expect(faultOf(() => parse('/zzzzzz'))).toContain('/prompt, /help');
    expect(faultOf(() => parse('a cat'))).toContain('Start with a command');
    expect(faultOf(() => options('a cat --cuont 3'))).toContain('Did you mean --count?');
    expect(faultOf(() => options('a cat --zzzzzz 3'))).toContain('--count, --aspect');
  });

  test('says what is missing or too much', () => {
    expect(faultOf(() => options('a cat --count'))).toContain('--count needs a value');
    expect(faultOf(() => options('a cat --count --raw'))).toContain('--count needs a value');
    expect(faultOf(() => options('a cat --raw --raw'))).toContain('given twice');
    expect(faultOf(() => options('a cat --text a dog'))).toContain('given twice');
    expect(faultOf(() => parse('/help me'))).toContain('/help takes no words');
  });

  test('any text gives a result or a BotError', () => {
    const fragments = fc.constantFrom(
      ' ',
      '"',
      "'",
      '“',
      '”',
      '--',
      '—',
      '\\',
      '--count',
      '--negative',
      '=',
      '\n',
      'a',
    );
    const lines = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragments).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(lines, fc.boolean(), (line, named) => {
        try {
          const { command, options: given } = parse(named ? `/prompt ${line}` : line);
          readOptions(commands.find(({ name }) => name === command)?.options ?? {}, given);
        } catch (error) {
          expect(error).toBeInstanceOf(BotError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever is quoted comes back', () => {
    const quote = (text: string) => `"${text.replace(/[\\"“”„«»'‘’‚]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, negative) => {
        const line = `${quote(`x${text}`)} --negative ${quote(negative)} --count 3`;
        expect(options(line)).toEqual({ text: `x${text}`, negative, count: '3' });
      }),
      { numRuns: 1000 },
    );
  });

  test('words without quotes, flags or outer space come back as typed', () => {
    const words = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/["“”„«»]|--|[—–]/g, '').trim());
    fc.assert(
      fc.property(words, (text) => {
        expect(options(`${text} --raw`).text ?? '').toBe(text);
      }),
    );
  });

  test('a long line of lone quotes is read in one go', () => {
    const line = '"a “b '.repeat(20_000);
    expect(options(`${line}--count 2`)).toEqual({ text: line.trim(), count: '2' });
  });
});

describe('the options of a command', () => {
  const read = (given: Record<string, unknown>) => readOptions(prompt.options, given);

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

  test('anything gives checked values or a BotError', () => {
    const names = fc.constantFrom(...Object.keys(prompt.options), 'other', '__proto__');
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
