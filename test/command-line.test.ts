import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandInfo } from '../src/chat.ts';
import { parseCommandLine } from '../src/command-line.ts';
import { readOptions } from '../src/command-options.ts';
import { BotError } from '../src/errors.ts';
import { faultOf, promptCommand } from './command-fixtures.ts';

const help: CommandInfo = { name: 'help', description: 'Help', options: {} };
const commands = [promptCommand, help];

const parse = (line: string) => parseCommandLine(line, commands);
const options = (line: string) => parse(`/prompt ${line}`).options;

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
    ['a cat —softly asleep', { text: 'a cat —softly asleep' }],
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
