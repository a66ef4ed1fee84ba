import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Box, boundsOf } from '../../src/generator/sketch/clusters.ts';
import { openStudio, type Studio } from './studio.ts';

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});

const seeds = [1, 2, 3, 4, 5, 6];

/** The place of each subject, copies together, for several seeds. */
async function places(prompt: string): Promise<Box[][]> {
  const compositions = await Promise.all(seeds.map((seed) => studio.compose(prompt, seed)));
  return compositions.map(({ icons, placed }) =>
    icons.map((_, subject) => boundsOf(placed.filter((item) => item.subject === subject))),
  );
}

const right = ({ x, width }: Box) => x + width;
const bottom = ({ y, height }: Box) => y + height;
const middle = ({ x, width }: Box) => x + width / 2;

async function forEverySeed(prompt: string, check: (first: Box, second: Box) => void): Promise<void> {
  for (const [first, second] of await places(prompt)) {
    if (first === undefined || second === undefined) throw new Error(`${prompt} shows less than two subjects`);
    check(first, second);
  }
}

describe('where things are', () => {
  test('a cat on the sofa sits over the sofa’s middle, narrower than it, above its feet', () =>
    forEverySeed('a cat sleeping on the sofa', (cat, sofa) => {
      expect(middle(cat)).toBeGreaterThan(sofa.x);
      expect(middle(cat)).toBeLessThan(right(sofa));
      expect(cat.width).toBeLessThan(sofa.width);
      expect(cat.y).toBeLessThan(sofa.y + sofa.height / 2);
      expect(bottom(cat)).toBeLessThan(bottom(sofa));
      expect(bottom(cat)).toBeGreaterThan(sofa.y);
    }));

  test('above is above, under is below', async () => {
    await forEverySeed('a bird above a house', (bird, house) => expect(bottom(bird)).toBeLessThan(house.y));
    await forEverySeed('a cat under an umbrella', (cat, umbrella) => {
      expect(umbrella.y).toBeLessThan(cat.y);
      expect(umbrella.width).toBeGreaterThan(cat.width);
    });
  });

  test('left is left, right is right', async () => {
    await forEverySeed('a cat to the left of a dog', (cat, dog) => expect(right(cat)).toBeLessThan(middle(dog)));
    await forEverySeed('a cat to the right of a dog', (cat, dog) => expect(cat.x).toBeGreaterThan(middle(dog)));
  });

  test('next to is on either side, by the seed', async () => {
    const sides = (await places('a cat next to a dog')).map(([cat, dog]) => (cat?.x ?? 0) < (dog?.x ?? 0));
    expect(new Set(sides).size).toBe(2);
  });

  test('behind is painted first and partly hidden, in front of is painted last', async () => {
    const order = async (prompt: string) => (await studio.compose(prompt)).placed.map(({ subject }) => subject);
    expect(await order('a cat behind a dog')).toEqual([0, 1]);
    expect(await order('a cat in front of a dog')).toEqual([1, 0]);
    await forEverySeed('a mouse behind a giant cheese', (mouse, cheese) => {
      expect(mouse.x < cheese.x || right(mouse) > right(cheese)).toBe(true);
    });
    await forEverySeed('a castle behind a dragon', (castle, dragon) => expect(castle.y).toBeLessThan(dragon.y));
  });

  test('in a bucket is behind its rim', async () => {
    expect((await studio.compose('a cat in a bucket')).placed.map(({ subject }) => subject)).toEqual([0, 1]);
    await forEverySeed('a cat in a bucket', (cat, bucket) => {
      expect(cat.y).toBeLessThan(bucket.y);
      expect(bottom(cat)).toBeGreaterThan(bucket.y);
      expect(bottom(cat)).toBeLessThan(bottom(bucket));
    });
  });

  test('a hat is on the head', () =>
    forEverySeed('a cat wearing a top hat', (cat, hat) => {
      expect(bottom(hat)).toBeLessThan(cat.y + cat.height / 2);
      expect(hat.width).toBeLessThan(cat.width);
    }));

  test('flying things without a relation are over grounded ones', () =>
    forEverySeed('a house and an airplane', (house, plane) =>
      expect(middle({ ...plane, x: plane.y, width: plane.height })).toBeLessThan(house.y + house.height / 2),
    ));
});

describe('how large things are', () => {
  test('one thing fills the picture, a tiny one does not', async () => {
    for (const [cat] of await places('a cat')) expect(Math.max(cat?.width ?? 0, cat?.height ?? 0)).toBeGreaterThan(550);
    for (const [cat] of await places('a tiny cat'))
      expect(Math.max(cat?.width ?? 0, cat?.height ?? 0)).toBeLessThan(400);
  });

  test('giant and tiny change sizes against each other', () =>
    forEverySeed('a giant mouse next to a tiny elephant', (mouse, elephant) =>
      expect(mouse.height).toBeGreaterThan(elephant.height),
    ));

  test('as many copies as counted', async () => {
    for (const count of [1, 2, 5, 12]) expect((await studio.compose(`${count} balloons`)).placed).toHaveLength(count);
  });

  test('everything stays in the picture, whatever is named, at every aspect', async () => {
    const noun = fc.constantFrom(
      'cat',
      'dragon',
      'giant house',
      'tiny mouse',
      'three birds',
      'sofa',
      'tree',
      'cup',
      'hat',
      'snake',
      '12 bees',
    );
    const relation = fc.constantFrom(
      'on',
      'in',
      'under',
      'above',
      'behind',
      'in front of',
      'next to',
      'wearing',
      'with',
      'and',
      'left of',
    );
    const size = fc.constantFrom(
      { width: 512, height: 512 },
      { width: 1024, height: 512 },
      { width: 512, height: 912 },
    );
    await fc.assert(
      fc.asyncProperty(
        noun,
        relation,
        noun,
        relation,
        noun,
        size,
        fc.nat(50),
        async (a, r, b, s, c, dimensions, seed) => {
          const { placed, width, height } = await studio.compose(`${a} ${r} ${b} ${s} ${c}`, seed, dimensions);
          const box = boundsOf(placed);
          expect(box.x).toBeGreaterThan(-1);
          expect(box.y).toBeGreaterThan(-1);
          expect(right(box)).toBeLessThan(width + 1);
          expect(bottom(box)).toBeLessThan(height + 1);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the drawing', () => {
  test('holds nothing of the prompt’s text', async () => {
    const hostile = [
      'zqxjvword',
      '</svg><script>alert(1)</script>',
      'href="file:///etc/passwd"',
      '&zqxjv;',
      'url(http://x.test)',
    ];
    for (const text of hostile) {
      const { background, foreground } = await studio.compose(`a cat ${text} on a sofa, ${text}`);
      for (const part of ['zqxjv', 'script', 'passwd', 'alert', 'http://x'])
        expect(background + foreground).not.toContain(part);
    }
  });

  test('keeps the ids of two drawings apart', async () => {
    const { foreground } = await studio.compose('two sofas next to a red sofa');
    const ids = [...foreground.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    const defined = new Set(ids);
    for (const [, used] of foreground.matchAll(/url\(#([^)]+)\)/g)) expect(defined).toContain(used);
  });

  test('leaves out decoration that must not be seen', async () => {
    const seedsWith = async (prompt: string, part: string) =>
      (await Promise.all(seeds.map((seed) => studio.compose(prompt, seed)))).filter(({ background, foreground }) =>
        (background + foreground).includes(part),
      ).length;
    expect(await seedsWith('a cow in a meadow', 'url(#sun)')).toBe(seeds.length);
    expect(await seedsWith('a cow in a meadow, no sun', 'url(#sun)')).toBe(0);
    expect(await seedsWith('a cat at night', 'url(#moon)')).toBe(seeds.length);
    expect(await seedsWith('a cat and a full moon at night', 'url(#moon)')).toBe(0);
  });
});
