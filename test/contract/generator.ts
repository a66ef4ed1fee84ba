import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BotError, isAbort } from '../../src/errors.ts';
import type { ImageGenerator, ImageRequest } from '../../src/generator/generator.ts';

const mediaTypes = { png: 'image/png', webp: 'image/webp', jpeg: 'image/jpeg' } as const;

/** What every image generator does, whatever makes the pictures. */
export function describeGenerator(
  name: string,
  start: () => Promise<{ generator: ImageGenerator; stop: () => Promise<void> }>,
): void {
  describe(`the generator contract: ${name}`, () => {
    let started: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      started = await start();
    });
    afterAll(() => started.stop());

    const generate = async (more: Partial<ImageRequest> = {}, options = {}) => {
      const { minSide } = started.generator.limits;
      const request = { prompt: 'a cat on a sofa', count: 1, seed: 1, width: minSide, height: minSide, ...more };
      return (await started.generator.generate(request, options)).images;
    };

    test('says who it is and what it can do', () => {
      const { name: own, model, limits } = started.generator;
      expect(own).not.toBe('');
      expect(model).not.toBe('');
      expect(limits.maxCount).toBeGreaterThanOrEqual(1);
      expect(limits.minSide).toBeLessThanOrEqual(limits.maxSide);
      expect(limits.minSide % limits.sideMultiple).toBe(0);
      expect(limits.maxSide % limits.sideMultiple).toBe(0);
    });

    test('makes as many pictures as asked, of exactly the size asked, decodable and of the type it says', async () => {
      const { maxCount, minSide, sideMultiple } = started.generator.limits;
      const [width, height] = [minSide + sideMultiple, minSide];
      const images = await generate({ count: maxCount, width, height });
      expect(images).toHaveLength(maxCount);
      for (const image of images) {
        const metadata = await sharp(image.bytes).metadata();
        expect(metadata).toMatchObject({ width, height });
        expect(image).toMatchObject({ width, height });
        expect(Object.entries(mediaTypes)).toContainEqual([metadata.format, image.mediaType]);
      }
    });

    test('works at its largest size', async () => {
      const { maxSide } = started.generator.limits;
      const [image] = await generate({ width: maxSide, height: maxSide });
      expect(await sharp(image?.bytes).metadata()).toMatchObject({ width: maxSide, height: maxSide });
    });

    test('numbers the seeds upwards and wraps at 2^32', async () => {
      const count = Math.min(2, started.generator.limits.maxCount);
      const seeds = async (seed: number) => (await generate({ count, seed })).map((image) => image.seed);
      expect(await seeds(41)).toEqual([41, 42].slice(0, count));
      expect(await seeds(2 ** 32 - 1)).toEqual([2 ** 32 - 1, 0].slice(0, count));
    });

    test('gives the same bytes for the same prompt, seed and size, and others for another seed', async () => {
      if (!started.generator.limits.hasSeed) return;
      const [first, again, other] = [await generate(), await generate(), await generate({ seed: 2 })];
      expect(first[0]?.bytes).toEqual(again[0]?.bytes);
      expect(first[0]?.bytes).not.toEqual(other[0]?.bytes);
    });

    test('gives picture i of a run what seed + i gives alone', async () => {
      const { hasSeed, maxCount } = started.generator.limits;
      if (!hasSeed || maxCount < 2) return;
      const [, second] = await generate({ count: 2, seed: 7 });
      const [alone] = await generate({ count: 1, seed: 8 });
      expect(second?.bytes).toEqual(alone?.bytes);
    });

    test('reports progress that never falls and ends at 1', async () => {
      const fractions: number[] = [];
      const onProgress = ({ fraction }: { fraction: number }) => fractions.push(fraction);
      await generate({ count: Math.min(3, started.generator.limits.maxCount) }, { onProgress });
      expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
      expect(fractions.at(-1)).toBe(1);
      expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
    });

    test('stops when aborted before it begins', async () => {
      const failure = await generate({}, { signal: AbortSignal.abort() }).catch((error: unknown) => error);
      expect(isAbort(failure)).toBe(true);
    });

    test('stops when aborted on the way', async () => {
      const { maxCount } = started.generator.limits;
      if (maxCount < 2) return;
      const stopping = new AbortController();
      const run = generate({ count: maxCount }, { signal: stopping.signal, onProgress: () => stopping.abort() });
      expect(isAbort(await run.catch((error: unknown) => error))).toBe(true);
    });

    test('refuses more pictures than its limit, none at all, and sizes outside of its limits', async () => {
      const { maxCount, maxSide, minSide, sideMultiple } = started.generator.limits;
      const faults: Partial<ImageRequest>[] = [
        { count: maxCount + 1 },
        { count: 0 },
        { width: maxSide + sideMultiple },
        { height: minSide - sideMultiple },
      ];
      for (const fault of faults) {
        const failure = await generate(fault).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(BotError);
        expect(failure).toMatchObject({ code: 'generator_failed' });
      }
    });

    test.each([
      ['nothing', ''],
      ['spaces', ' \n\t '],
      ['20,000 characters', 'a cat and a dog, '.repeat(1200).slice(0, 20_000)],
      ['one word of 20,000 characters', 'a'.repeat(20_000)],
      ['only emoji', '🐱🛋️💤👩🏽‍🚀'],
      ['Chinese', '猫在沙发上睡觉'],
      ['control characters', 'a\u0000cat\u0007 \u001b[31m on\u202e a sofa'],
      ['half a surrogate pair', 'a cat \ud83d and \udc31'],
      ['SQL', "'; DROP TABLE prompts; --"],
      ['a script', '<script>alert(1)</script>'],
      ['the end of an SVG', '</svg><image href="file:///etc/passwd"/>'],
      ['an XML entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;'],
    ])('makes a picture of %s', async (_name, prompt) => {
      const [image] = await generate({ prompt, negativePrompt: prompt });
      expect((await sharp(image?.bytes).stats()).channels.length).toBeGreaterThanOrEqual(3);
    });
  });
}
