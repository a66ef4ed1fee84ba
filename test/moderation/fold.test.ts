import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { parseWordList } from '../../src/moderation/word-list.ts';
import { createWordModerator } from '../../src/moderation/words.ts';

const judgeBy = (list: string) => {
  const { entries, faults } = parseWordList(list);
  expect(faults).toEqual([]);
  return createWordModerator(entries, pino({ level: 'silent' })).judge;
};
const refuses = (list: string) => {
  const judge = judgeBy(list);
  return (text: string) => judge(text).refused !== undefined;
};

describe('a blocked word', () => {
  const refused = refuses('ass\nbadword\nevil plan');

  it.each([
    'badword',
    'a BADWORD in the sun',
    'bádwörd',
    'ｂａｄｗｏｒｄ',
    '𝓫𝓪𝓭𝔀𝓸𝓻𝓭',
    'ⓑⓐⓓⓦⓞⓡⓓ',
    'bad\u200bwo\u00adrd',
    'b\u0336a\u0336d\u0336w\u0336o\u0336r\u0336d\u0336',
    'bаdwоrd', // Cyrillic а and о
    'βadword',
    'b4dw0rd',
    'b@dword',
    '@$$',
    'a55',
    'b a d w o r d',
    'b.a.d.w.o.r.d!',
    'b-a-d-w-0-r-d',
    'a b a d w o r d on a wall',
    'baaaadwooooord',
    'badword,badword',
    'badword_badword',
    'an Evil\n plan',
    'evil-plan',
  ])('is found in %j', (text) => {
    expect(refused(text)).toBe(true);
  });

  it.each([
    'class',
    'a grass assassin',
    'Scunthorpe',
    'badwords', // Another word: the operator lists it, or a pattern.
    "Georgia's ex-wife",
    'evil, a planet',
    'plan evil',
    'a 455 horsepower car',
    'as s',
    '',
  ])('is not found in %j', (text) => {
    expect(refused(text)).toBe(false);
  });
});

describe('other scripts', () => {
  it.each([
    ['хуй', 'большой ХУЙ'],
    ['死亡', '一只死亡的猫'],
    ['ποτέ', 'ΠΟΤΕ'],
    ['हत्या', 'यह हत्या है'],
    ['straße', 'STRASSE'],
  ])('%s is found in %s', (word, text) => {
    expect(refuses(word)(text)).toBe(true);
  });

  it('keeps words apart that differ in a vowel sign alone', () => {
    expect(refuses('मत')('मौत')).toBe(false);
  });
});

const lookalike: Record<string, string[]> = {
  a: ['а', 'α', '@', '4', 'á', 'ａ', 'A'],
  e: ['е', 'ε', '3', 'ê', 'ｅ', 'E'],
  i: ['і', 'ι', '1', '!', 'í', 'I'],
  o: ['о', 'ο', '0', 'ö', 'O'],
  s: ['ѕ', '5', '$', 'ş', 'S'],
  t: ['7', 'ţ', 'T'],
  l: ['1', 'ӏ', 'L'],
};

const letter = fc.constantFrom(...'bcdfghkmnpqrtuvwxyzaeiosl');
// Letters in between, so that no sign stands at an edge, where `!` is punctuation.
const plainWord = fc
  .tuple(fc.constantFrom(...'bdfgk'), fc.array(letter, { minLength: 3, maxLength: 8 }), fc.constantFrom(...'mnprz'))
  .map(([first, middle, last]) => first + middle.join('') + last)
  .filter((word) => !/(.)\1/.test(word));

/** Any disguise of a word: of each letter a lookalike, invisible signs or accents, stretched or spelled out. */
const disguised = plainWord.chain((word) =>
  fc
    .record({
      // One reading of 1 at a time: as i or as l.
      letters: fc.tuple(
        ...[...word].map((plain) =>
          fc.constantFrom(plain, ...(lookalike[plain] ?? []).filter((sign) => sign !== '1' || !/i.*l|l.*i/.test(word))),
        ),
      ),
      between: fc.constantFrom('', '\u200d', '\u00ad', '\u0301', ' ', '.', ' - '),
      isStretched: fc.boolean(),
    })
    // A symbol is a letter where it touches one.
    .filter(({ letters, between }) => !/[ .-]/.test(between) || !letters.some((sign) => /[@$!]/.test(sign)))
    .map(({ letters, between, isStretched }) => ({
      word,
      text: letters
        .map((sign, index) => (isStretched && index === 0 ? sign.repeat(4) : sign))
        .join(isStretched ? '' : between),
    })),
);

describe('readings', () => {
  it('find every disguise of a word, anywhere in a text', () => {
    fc.assert(
      fc.property(
        disguised,
        fc.constantFrom('', 'a photo of '),
        fc.constantFrom('', ' in the snow'),
        (d, before, after) => {
          expect(refuses(d.word)(`${before}${d.text}${after}`)).toBe(true);
        },
      ),
    );
  });

  it('never find a word inside another one', () => {
    fc.assert(
      fc.property(plainWord, letter, letter, (word, before, after) => {
        fc.pre(before !== word[0] && after !== word.at(-1));
        expect(refuses(word)(`${before}${word}, ${word}${after}`)).toBe(false);
      }),
    );
  });

  it('judge any text, whatever it holds', () => {
    const refused = refuses('badword\nnsfw: nude\n/ba+d/i');
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => typeof refused(text) === 'boolean'));
    expect(refused('a b '.repeat(1000))).toBe(false);
  });
});

const partiPrompts = new URL('../../../shared/data/PartiPrompts.tsv', import.meta.url);
const prompts = existsSync(partiPrompts)
  ? readFileSync(partiPrompts, 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => line.split('\t')[0] || [])
  : [];
if (prompts.length === 0)
  console.warn('SKIPPED: ordinary prompts are not judged, ../shared/data/PartiPrompts.tsv is not here');

describe.skipIf(prompts.length === 0)('ordinary prompts', () => {
  it('pass an empty list', () => {
    const refused = refuses('# nothing\n\n');
    expect(prompts.filter(refused)).toEqual([]);
  });

  it('pass words that they do not hold, however short', () => {
    const words = ['ass', 'tit', 'sex', 'cum', 'anal', 'rape', 'nude', 'porn', 'kill', 'hell', 'nazi', 'fag', 'spic'];
    const refused = refuses(words.join('\n'));
    const held = new RegExp(`\\b(${words.join('|')})\\b`, 'i');
    expect(prompts.filter((prompt) => refused(prompt) !== held.test(prompt))).toEqual([]);
  });

  it('are refused by a word that they do hold', () => {
    const refused = refuses('cat');
    const holding = prompts.filter((prompt) => /\bcat\b/i.test(prompt));
    expect(holding.length).toBeGreaterThan(5);
    expect(holding.filter((prompt) => !refused(prompt))).toEqual([]);
  });
});
