import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStudio, type Studio } from './studio.ts';

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});

/** The first choice of icon and the count of each subject: "cat 3, dog 1". */
function cast(prompt: string, negativePrompt = ''): string {
  return studio
    .read(prompt, negativePrompt)
    .subjects.map(({ icons: [icon], count }) => `${icon} ${count}`)
    .join(', ');
}

describe('subjects', () => {
  test.each([
    ['a cat', 'cat 1'],
    ['kittens', 'cat-face several'],
    ['two wolves and 3 mice', 'wolf 2, mouse 3'],
    ['an automobile', 'automobile 1'],
    ['a t-rex', 't-rex 1'],
    ['a T-Rex!', 't-rex 1'],
    ['ice cream', 'ice-cream 1'],
    ['a hot air balloon', 'hot-air-balloon 1'],
    ['hot air balloons', 'hot-air-balloon several'],
    ['a hot dog', 'hot-dog 1'],
    ['a slice of pizza with french fries', 'pizza 1, french-fries 1'],
    ['grapes', 'grapes 1'],
    ['a pair of glasses', 'glasses 2'],
    ['a flock of birds', 'bird 8'],
    ['five balloons', 'balloon 5'],
    ['100 apples', 'red-apple 12'],
    ['0 apples', 'red-apple 1'],
    ['the sofa', 'couch-and-lamp 1'],
    ['a woman astronaut', 'woman-astronaut 1'],
    ['an old wizard', 'man-mage 1'],
    ['crêpe', 'pancakes 1'],
    ['a yacht and a sneaker', 'sailboat 1, running-shoe 1'],
    ['🐙 on 🚲', 'octopus 1, bicycle 1'],
    ['👩🏽‍🚀', 'woman-astronaut 1'],
    ['(cat:1.3), [dog]', 'cat 1, dog 1'],
    ['a cat, a cute cat', 'cat 1'],
    ['a red cat and a blue cat', 'cat 1, cat 1'],
    ['a cat, a dog, a fox, a bear, a lion', 'cat 1, dog 1, fox 1, bear 1'],
  ])('%j shows %j', (prompt, expected) => {
    expect(cast(prompt)).toBe(expected);
  });

  test.each([
    'highly detailed, sharp focus, soft window light, trending on artstation, 8k',
    'beautiful, love, peaceful mood, green eyes, work of art',
    'asdf qwer',
    '猫',
    '!!! ...',
    '',
  ])('%j names nothing to draw', (prompt) => {
    expect(cast(prompt)).toBe('');
  });

  test('quality words after the first comma draw nothing, nouns there do', () => {
    expect(cast('a cat, wise, 50mm lens, signal, studio')).toBe('cat 1');
    expect(cast('a cat, a lamp')).toBe('cat 1, couch-and-lamp 1');
  });
});

describe('adjectives', () => {
  test.each([
    ['a blue cat', { colour: 'blue' }],
    ['an orange cat', { colour: 'orange' }],
    ['a crimson old rusty car', { colour: 'red' }],
    ['a giant robot', { size: 'giant' }],
    ['a tiny golden crown', { size: 'tiny', colour: 'gold' }],
  ])('%j', (prompt, expected) => {
    expect(studio.read(prompt).subjects[0]).toMatchObject(expected);
  });

  test('orange alone is a fruit, giant alone a creature', () => {
    expect(cast('an orange')).toBe('tangerine 1');
    expect(cast('a giant')).toBe('hairy-creature 1');
  });

  test('a colour without a noun is the background’s', () => {
    const { palette, place, subjects } = studio.read('a cat on a plain blue background, pink and gold');
    expect({ palette, place, colour: subjects[0]?.colour }).toEqual({
      palette: ['blue', 'pink', 'gold'],
      place: 'plain',
      colour: undefined,
    });
  });
});

describe('relations', () => {
  test.each([
    ['a cat sleeping on the sofa', 'on'],
    ['a cat beneath a tree', 'under'],
    ['a cat next to a dog', 'beside'],
    ['a bird flying over a house', 'above'],
    ['a mouse behind a cheese', 'behind'],
    ['a wizard in front of a castle', 'front'],
    ['a bear in a bathtub', 'in'],
    ['a cat to the left of a dog', 'left'],
    ['a cat on the right of a dog', 'right'],
    ['a bear wearing a scarf', 'wearing'],
    ['an astronaut riding a horse', 'riding'],
    ['a girl with a balloon', 'with'],
  ])('%j', (prompt, kind) => {
    expect(studio.read(prompt).relations).toEqual([{ kind, from: 0, to: 1 }]);
  });

  test('joined subjects share a relation, and an actor goes on acting', () => {
    expect(studio.read('a cat and a dog on a sofa').relations).toEqual([
      { kind: 'on', from: 0, to: 2 },
      { kind: 'on', from: 1, to: 2 },
    ]);
    expect(studio.read('a bear wearing a hat and a scarf riding a bicycle').relations).toEqual([
      { kind: 'wearing', from: 0, to: 1 },
      { kind: 'wearing', from: 0, to: 2 },
      { kind: 'riding', from: 0, to: 3 },
    ]);
  });

  test('a place is no partner', () => {
    expect(studio.read('a cat on the beach under the stars').relations).toEqual([]);
  });
});

describe('the setting', () => {
  test.each([
    ['a fox in the woods at dusk', { place: 'forest', time: 'sunset' }],
    ['a fish under water', { place: 'underwater' }],
    ['a car on a rainy street in Tokyo at night', { place: 'city', time: 'night', weather: ['rain'] }],
    ['stormy sea, lightning', { place: 'sea', weather: ['storm'] }],
    ['a rocket in outer space', { place: 'space' }],
    ['golden hour over a wheat field', { place: 'meadow', time: 'sunset' }],
    ['a rose, black background', { place: 'plain', palette: ['black'] }],
    ['a cat, oil on canvas, film grain', { treatments: ['oil painting', 'film grain'] }],
    ['watercolor, pencil, neon, blurry', { treatments: ['watercolor', 'pencil'] }],
  ])('%j', (prompt, expected) => {
    expect(studio.read(prompt)).toMatchObject(expected);
  });
});

describe('what must not be seen', () => {
  test.each([
    ['a cat without a dog', '', 'cat 1'],
    ['no cats and dogs, a fox', '', 'fox 1'],
    ['a street with no people', '', ''],
    ['a farmer and a cow, no people', '', 'cow 1'],
    ['a cat and a dog', 'dog', 'cat 1'],
    ['a cat and a dog', 'blurry, dogs, lowres', 'cat 1'],
    ['a meadow without trees with a house', '', 'house 1'],
  ])('%j without %j shows %j', (prompt, negativePrompt, expected) => {
    expect(cast(prompt, negativePrompt)).toBe(expected);
  });

  test('relations to what is left out go with it', () => {
    expect(studio.read('a cat on a sofa next to a dog', 'sofa')).toMatchObject({ relations: [] });
    expect(studio.read('a dog, a cat on a chair', 'dog').relations).toEqual([{ kind: 'on', from: 0, to: 1 }]);
  });

  test('places, times, weather and treatments can be left out too', () => {
    const scene = studio.read('a cat in the rain at night, blurry, no clouds', 'night, blurry, rain');
    expect(scene).toMatchObject({ time: undefined, weather: [], treatments: [] });
    expect(scene.avoided.has('clouds')).toBe(true);
  });
});

describe('any text', () => {
  test('is read, with at most four subjects of 1 to 12 copies and relations between them', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'a',
        'cat',
        'cats',
        'three',
        '99',
        'no',
        'without',
        'on',
        'in',
        'blue',
        'giant',
        ',',
        'and',
        'sofa',
        '🐱',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.string({ unit: 'binary' }), (parts, negativePrompt) => {
        const { subjects, relations } = studio.read(parts.join(' '), negativePrompt);
        expect(subjects.length).toBeLessThanOrEqual(4);
        for (const { count } of subjects) {
          if (count !== 'several') expect(count >= 1 && count <= 12 && Number.isInteger(count)).toBe(true);
        }
        for (const { from, to } of relations) {
          expect(from).not.toBe(to);
          expect(Math.max(from, to)).toBeLessThan(subjects.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of 20,000 characters is cut, not refused', () => {
    expect(cast(`${'x '.repeat(10_000)}cat`)).toBe('');
  });
});
