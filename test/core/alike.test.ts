import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapseAlike } from '../../src/alike.ts';

const collapsed = (...prompts: string[]) =>
  collapseAlike(prompts.map((prompt) => ({ prompt, alike: 0 }))).map(({ prompt, alike }) => [prompt, alike]);

const areOne = (one: string, other: string) => collapsed(one, other).length === 1;

describe('near-duplicate prompts', () => {
  it.each([
    ['A Cat, asleep on the sofa!', 'a cat asleep  on the sofa'],
    ['the word “START” on a wall', 'the word "START" on a wall'],
    ['a white towel with a cartoon of a cat on it', 'a white towel with a cartoon of a cat on it, 4k, highly detailed'],
    ['a white towel with a cartoon of a cat on it, 8K.', 'a white towel with a cartoon of a cat on it, masterpiece'],
    ['a cat chasing a horse', 'a cat chasing a horse (2)'],
    ['a cat chasing a horse, v2', 'a cat chasing a horse, v3'],
    ['a cat chasing a horse --seed 42', 'a cat chasing a horse --seed 7 --ar 16:9'],
    [
      "Portrait of a tiger wearing a train conductor's hat and holding a skateboard that has a yin-yang symbol on it. charcoal sketch",
      "Portrait of a tiger wearing a train conductor's hat and holding a skateboard that has a yin-yang symbol on it. oil painting",
    ],
  ])('%j is %j', (one, other) => {
    expect(areOne(one, other)).toBe(true);
    expect(areOne(other, one)).toBe(true);
  });

  it.each([
    ['two cats', 'three cats'],
    ['a cat chasing a horse', 'a horse chasing a cat'],
    ['a red cube on top of a blue cube', 'a red cube on top of a blue sphere'],
    ['a cat jumping in the air', 'a cat jumping in the air to catch a bird'],
    ['a cat, oil painting', 'a cat, pencil sketch'],
    [
      'The dog chased the cat, which ran up a tree. It waited at the top.',
      'The dog chased the cat, which ran up a tree. It waited at the bottom.',
    ],
    ["a sign that says 'HELLO'", "a sign that says 'GOODBYE'"],
    ['the year 1984', 'the year 2084'],
    ['4k', '8k'],
    ['😀', '😢'],
    ['沙发上睡着的猫', '沙发上睡着的狗'],
  ])('%j is not %j', (one, other) => {
    expect(areOne(one, other)).toBe(false);
    expect(areOne(other, one)).toBe(false);
  });

  it('are counted at the first of them, with those counted before, in the order of the ranking', () => {
    const ranked = [
      { prompt: 'a cat', alike: 2 },
      { prompt: 'a dog', alike: 0 },
      { prompt: 'A cat!', alike: 1 },
      { prompt: 'a cat, 4k', alike: 0 },
    ];
    expect(collapseAlike(ranked)).toEqual([
      { prompt: 'a cat', alike: 5 },
      { prompt: 'a dog', alike: 0 },
    ]);
  });

  it('lose and add none, and no more fall together the second time, for any prompts', () => {
    const word = fc.constantFrom('cat', 'dog', '4k', 'oil painting', '7', '--seed 7', '😀', '', '"', '(2)');
    const prompt = fc.array(word, { maxLength: 6 }).map((words) => words.join(', '));
    fc.assert(
      fc.property(fc.array(fc.oneof(prompt, fc.string()), { maxLength: 12 }), (prompts) => {
        const items = prompts.map((prompt, index) => ({ prompt, index, alike: 0 }));
        const once = collapseAlike(items);
        expect(once.reduce((sum, { alike }) => sum + alike + 1, 0)).toBe(items.length);
        expect(once.map(({ index }) => index)).toEqual(once.map(({ index }) => index).toSorted((a, b) => a - b));
        expect(collapseAlike(once)).toEqual(once);
      }),
    );
  });
});
