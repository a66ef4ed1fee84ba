import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ImageGenerator, ImageRequest } from '../../src/generator/generator.ts';
import { createSketchGenerator } from '../../src/generator/sketch.ts';
import { describeGenerator } from '../contract/generator.ts';

describeGenerator('sketch', async () => ({ generator: createSketchGenerator(), stop: async () => {} }));

describe('the sketch generator', () => {
  let generator: ImageGenerator;
  beforeAll(() => {
    generator = createSketchGenerator();
  });

  async function pixels(prompt: string, more: Partial<ImageRequest> = {}): Promise<Buffer> {
    const {
      images: [image],
    } = await generator.generate({ prompt, count: 1, seed: 3, width: 256, height: 256, ...more });
    return sharp(image?.bytes).removeAlpha().raw().toBuffer();
  }

  /** Mean difference of two pictures, 0 to 255. */
  function difference(one: Buffer, other: Buffer): number {
    let sum = 0;
    for (const [index, value] of one.entries()) sum += Math.abs(value - (other[index] ?? 0));
    return sum / one.length;
  }

  test.each(['a cat on a sofa', 'a fox in the forest', 'three balloons', '猫'])(
    'composes %j clearly differently for each of four seeds',
    async (prompt) => {
      const pictures = await Promise.all([1, 2, 3, 4].map((seed) => pixels(prompt, { seed })));
      pictures.forEach((one, index) => {
        for (const other of pictures.slice(index + 1)) expect(difference(one, other)).toBeGreaterThan(4);
      });
    },
  );

  test('gives the same bytes in another generator', async () => {
    const request = { prompt: 'a red car in the rain, oil painting', count: 1, seed: 9, width: 512, height: 320 };
    const {
      images: [one],
    } = await generator.generate(request);
    const {
      images: [other],
    } = await createSketchGenerator().generate(request);
    expect(one?.bytes).toEqual(other?.bytes);
  });

  test('paints in the colour that the prompt names for the background', async () => {
    const [r = 0, g = 0, b = 0] = (await pixels('a cat, plain blue background')).subarray(0, 3);
    expect(b).toBeGreaterThan(r + 60);
    expect(b).toBeGreaterThan(g + 30);
  });

  test('paints an unknown prompt in the palette it names', async () => {
    const { channels } = await sharp(await pixels('猫 red'), { raw: { width: 256, height: 256, channels: 3 } }).stats();
    const [red, green, blue] = channels.map(({ mean }) => mean);
    expect(red).toBeGreaterThan((green ?? 0) + 30);
    expect(red).toBeGreaterThan((blue ?? 0) + 30);
  });

  test('makes night darker than day, and black and white colourless', async () => {
    const mean = (data: Buffer) => data.reduce((sum, value) => sum + value, 0) / data.length;
    expect(mean(await pixels('a house at night'))).toBeLessThan(mean(await pixels('a house on a sunny day')) - 40);
    const grey = await pixels('a house, black and white photo');
    for (let at = 0; at < grey.length; at += 3 * 97) {
      expect(Math.abs((grey[at] ?? 0) - (grey[at + 2] ?? 0))).toBeLessThan(10);
    }
  });

  test('marks the corner of every picture, whatever the treatment', async () => {
    for (const prompt of [
      'a red rose, plain white background',
      'a rose, plain black background',
      'a rose, pixel art',
      'a rose, line art',
    ]) {
      const data = await pixels(prompt);
      const spread = async (left: number) => {
        const picture = sharp(data, { raw: { width: 256, height: 256, channels: 3 } });
        const corner = await picture.extract({ left, top: 242, width: 30, height: 12 }).greyscale().raw().toBuffer();
        return Math.max(...corner) - Math.min(...corner);
      };
      expect(await spread(224), prompt).toBeGreaterThan((await spread(2)) + 40);
    }
  });

  test('keeps a scene when only the number of pixels changes', async () => {
    const {
      images: [small],
    } = await generator.generate({
      prompt: 'a cat in the snow',
      count: 1,
      seed: 5,
      width: 256,
      height: 256,
    });
    const {
      images: [large],
    } = await generator.generate({
      prompt: 'a cat in the snow',
      count: 1,
      seed: 5,
      width: 768,
      height: 768,
    });
    const reduced = await sharp(large?.bytes).resize(256, 256).removeAlpha().raw().toBuffer();
    expect(difference(reduced, await sharp(small?.bytes).removeAlpha().raw().toBuffer())).toBeLessThan(6);
  });

  test('carries no metadata', async () => {
    const {
      images: [image],
    } = await generator.generate({ prompt: 'a cat', count: 1, seed: 1, width: 256, height: 256 });
    const { exif, xmp, icc } = await sharp(image?.bytes).metadata();
    expect([exif, xmp, icc]).toEqual([undefined, undefined, undefined]);
  });
});
