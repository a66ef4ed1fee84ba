import { beforeAll, describe, expect, test } from 'vitest';
import { loadIcons } from '../../src/generator/sketch/icons.ts';
import { normalise, singular } from '../../src/generator/sketch/language.ts';
import { synonyms } from '../../src/generator/sketch/synonyms/index.ts';
import { places, treatments } from '../../src/generator/sketch/words.ts';
import { styles, styleWords } from '../../src/styles.ts';
import { openStudio, type Studio } from './studio.ts';

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});

describe('the words', () => {
  test('every synonym leads to an emoji label that exists', async () => {
    const labels = new Set((await loadIcons()).emoji.map(({ label }) => normalise(label)));
    const lost = synonyms.flatMap((entry) => entry.labels.filter((label) => !labels.has(normalise(label))));
    expect(lost).toEqual([]);
  });

  test('every emoji of animals, plants, food and drink is found by its own label', async () => {
    const { emoji } = await loadIcons();
    const things = emoji.filter(({ group }) => group >= 3 && group <= 4);
    expect(things.length).toBeGreaterThan(250);
    const lost = things.filter(({ label }) => studio.vocabulary.find(normalise(label))?.meaning.icons === undefined);
    // Words that mean something else in a prompt more often.
    expect(lost.map(({ label }) => label)).toEqual(['wing', 'mate']);
  });

  test('every phrase of places and treatments is understood', () => {
    for (const [place, phrases] of Object.entries(places)) {
      for (const phrase of phrases.split('|'))
        expect(studio.vocabulary.find(normalise(phrase))?.meaning.place, `${phrase}: ${place}`).toBeDefined();
    }
    for (const [treatment, phrases] of Object.entries(treatments)) {
      for (const phrase of phrases.split('|')) {
        expect(studio.vocabulary.find(normalise(phrase))?.meaning.treatment, `${phrase}: ${treatment}`).toBeDefined();
      }
    }
  });

  test.each([
    ['cats', 'cat'],
    ['foxes', 'fox'],
    ['cherries', 'cherry'],
    ['wolves', 'wolf'],
    ['mice', 'mouse'],
    ['hot dogs', 'hot dog'],
    ['horses', 'horse'],
    ['glass', undefined],
    ['octopus', undefined],
    ['bus', undefined],
    ['cat', undefined],
  ])('the singular of %s is %s', (plural, one) => {
    expect(singular(plural)).toBe(one);
  });

  test('accents, hyphens, apostrophes and capitals do not matter', () => {
    expect(normalise("  Crêpe-SUZETTE, the chef's ")).toBe('crepe suzette the chefs');
  });
});

describe('the named styles', () => {
  test('are 12 to 25, of different names and words', () => {
    expect(styles.length).toBeGreaterThanOrEqual(12);
    expect(styles.length).toBeLessThanOrEqual(25);
    expect(new Set(styles.map(({ name }) => name)).size).toBe(styles.length);
    expect(new Set(styles.map(({ words }) => words)).size).toBe(styles.length);
    expect(styleWords('no such style')).toBeUndefined();
  });

  test.each(styles)('$name treats a sketch and adds nothing to see', ({ name, words }) => {
    expect(styleWords(name)).toBe(words);
    const [plain, styled] = [studio.read('a cat on a sofa'), studio.read(`a cat on a sofa, ${words}`)];
    expect(styled.treatments).not.toEqual([]);
    expect({ ...styled, treatments: [] }).toEqual({ ...plain, treatments: [] });
  });
});
