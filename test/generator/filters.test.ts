import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../src/generator/sketch/filters/pixels.ts';
import { treat } from '../../src/generator/sketch/filters.ts';
import { createRandom } from '../../src/generator/sketch/random.ts';
import { type Treatment, treatments } from '../../src/generator/sketch/words.ts';

const all = Object.keys(treatments) as Treatment[];

/** A red disc on a blue slope, 96 x 72. */
const picture: Pixels = (() => {
  const [width, height] = [96, 72];
  const data = new Uint8Array(width * height * 3);
  for (let index = 0; index < width * height; index += 1) {
    const [x, y] = [index % width, Math.floor(index / width)];
    const colour = Math.hypot(x - 48, y - 36) < 22 ? [220, 50, 40] : [60, 90 + y, 150 + x];
    data.set(colour, index * 3);
  }
  return { data, width, height };
})();

const apply = (...names: Treatment[]) => treat(picture, names, createRandom('filters'));

describe('treatments', () => {
  test('are at least sixteen', () => {
    expect(all.length).toBeGreaterThanOrEqual(16);
  });

  test.each(all)('%s changes the picture, keeps its size, and is the same each time', async (name) => {
    const [once, again] = [await apply(name), await apply(name)];
    expect({ width: once.width, height: once.height }).toEqual({ width: picture.width, height: picture.height });
    expect(once.data).toHaveLength(picture.data.length);
    expect(Buffer.from(once.data).equals(Buffer.from(again.data))).toBe(true);
    expect(Buffer.from(once.data).equals(Buffer.from(picture.data))).toBe(false);
  });

  test('no two look alike', async () => {
    const results = await Promise.all(all.map((name) => apply(name)));
    expect(new Set(results.map(({ data }) => Buffer.from(data).toString('base64'))).size).toBe(all.length);
  });

  test('do not depend on the order of the words', async () => {
    const [one, other] = [await apply('watercolor', 'film grain'), await apply('film grain', 'watercolor')];
    expect(Buffer.from(one.data).equals(Buffer.from(other.data))).toBe(true);
  });

  test('black and white has no colour, pixel art has blocks, neither by chance', async () => {
    const { data } = await apply('black and white');
    for (let at = 0; at < data.length; at += 3) expect(data[at]).toBe(data[at + 2]);
    const rows = (pixels: Pixels) =>
      new Set(
        Array.from({ length: pixels.height }, (_, y) =>
          Buffer.from(pixels.data.subarray(y * 288, (y + 1) * 288)).toString('base64'),
        ),
      );
    expect(rows(await apply('pixel art')).size).toBeLessThanOrEqual(44);
    expect(rows(picture).size).toBe(picture.height);
  });
});
