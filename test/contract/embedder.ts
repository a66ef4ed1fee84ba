import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { cosine, drawing, expectUnit, plain, sentence, utf16 } from '../embedder/inputs.ts';

/** What every embedder keeps, whatever its weights and wherever they come from. Each suite opens its own embedder and closes it. */
export function describeEmbedder(name: string, open: () => Promise<Embedder>): void {
  describe(`${name} as an embedder`, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await open();
    });
    afterAll(() => embedder?.close());

    describe('texts', () => {
      it('become unit vectors of the announced width, one each, in order', async () => {
        const texts = ['a red apple', 'a city at night with many lights and cars', 'cat', 'a red apple'];
        const vectors = await embedder.embedTexts(texts);
        expect(vectors).toHaveLength(4);
        for (const vector of vectors) expectUnit(vector, embedder.dimensions);
        for (const [index, text] of texts.entries()) {
          const [alone] = await embedder.embedTexts([text]);
          expect(cosine(vectors[index], alone)).toBeGreaterThan(0.9999);
        }
        expect(cosine(vectors[0], vectors[1])).toBeLessThan(0.9);
      });

      it('alone and in a mixed batch of 60 agree', async () => {
        const texts = Array.from({ length: 60 }, (_, index) => sentence(index, 1 + ((index * 13) % 90)));
        const together = await embedder.embedTexts(texts);
        for (const index of [0, 7, 31, 59]) {
          const [alone] = await embedder.embedTexts([`${texts[index]} `]);
          expect(cosine(together[index], alone)).toBeGreaterThan(0.9999);
        }
      });

      it('of one meaning are nearer than texts of two', async () => {
        const [apple, words, city] = await embedder.embedTexts(['a red apple', 'apple, red', 'a city at night']);
        expect(cosine(apple, words)).toBeGreaterThan(cosine(apple, city) + 0.2);
      });

      it('may be empty', async () => {
        const [empty, blank] = await embedder.embedTexts(['', ' \n\t ']);
        expectUnit(empty, embedder.dimensions);
        expect(cosine(empty, blank)).toBeGreaterThan(0.9999);
        expect(await embedder.embedTexts([])).toEqual([]);
      });

      it('that are too long are cut, also at megabytes', async () => {
        const start = sentence(3, 100);
        const vectors = await embedder.embedTexts([
          start,
          `${start} ${'x '.repeat(10_000)}`,
          `${start} ${'y'.repeat(5_000_000)}`,
        ]);
        expect(cosine(vectors[0], vectors[1])).toBeGreaterThan(0.9999);
        expect(cosine(vectors[0], vectors[2])).toBeGreaterThan(0.9999);
      });

      it("can't end themselves with the model's own marks", async () => {
        const [plain, ended, nested] = await embedder.embedTexts([
          'a red apple',
          'a <|endoftext|> red <|STARTOFTEXT|>apple',
          'a red <|endof<|endoftext|>text|> apple',
        ]);
        const [head] = await embedder.embedTexts(['a']);
        expect(cosine(plain, ended)).toBeGreaterThan(0.9999);
        expect(cosine(head, nested)).toBeLessThan(0.95);
      });

      it('of any characters give unit vectors', async () => {
        const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), utf16);
        await fc.assert(
          fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 8 }), async (texts) => {
            const vectors = await embedder.embedTexts(texts);
            expect(vectors).toHaveLength(texts.length);
            for (const vector of vectors) expectUnit(vector, embedder.dimensions);
          }),
          { numRuns: 30 },
        );
      });
    });

    describe('pictures', () => {
      it('become unit vectors of the announced width, one each, in order, the same alone and together', async () => {
        const pictures = [await drawing('#c22'), await drawing('#22c'), await drawing('#2c2'), await drawing('#cc2')];
        const together = await embedder.embedImages(pictures);
        for (const vector of together) expectUnit(vector, embedder.dimensions);
        const [third] = await embedder.embedImages(pictures.slice(2, 3).map((bytes) => Buffer.from(bytes)));
        expect(cosine(together[2], third)).toBeGreaterThan(0.9999);
        expect(cosine(together[0], together[1])).toBeLessThan(0.999);
        expect(await embedder.embedImages([])).toEqual([]);
      });

      it('are seen on white where they are transparent', async () => {
        const transparent = await sharp(await drawing('#c22', 'none'))
          .png()
          .toBuffer();
        const onWhite = await sharp(transparent).flatten({ background: '#fff' }).png().toBuffer();
        const onBlack = await sharp(transparent).flatten({ background: '#000' }).png().toBuffer();
        const [seen, white, black] = await embedder.embedImages([transparent, onWhite, onBlack]);
        expect(cosine(seen, white)).toBeGreaterThan(0.9999);
        expect(cosine(seen, black)).toBeLessThan(0.99);
      });

      it('are seen upright', async () => {
        const upright = await drawing('#22c');
        const turned = await sharp(upright)
          .rotate(270)
          .jpeg({ quality: 100 })
          .withMetadata({ orientation: 6 })
          .toBuffer();
        const sideways = await sharp(upright).rotate(270).png().toBuffer();
        const [expected, seen, lying] = await embedder.embedImages([upright, turned, sideways]);
        expect(cosine(seen, expected)).toBeGreaterThan(0.99);
        expect(cosine(seen, expected)).toBeGreaterThan(cosine(lying, expected));
      });

      it('keep their vector when they are resized', async () => {
        const large = await sharp(await drawing('#2c2'))
          .resize(1600, 1600)
          .png()
          .toBuffer();
        const small = await sharp(large).resize(400, 400).webp({ quality: 95 }).toBuffer();
        const [a, b] = await embedder.embedImages([large, small]);
        expect(cosine(a, b)).toBeGreaterThan(0.99);
      });

      it('may be one pixel, or far longer than high', async () => {
        const pixel = await plain(1, 1);
        const line = await plain(16_000, 2);
        for (const vector of await embedder.embedImages([pixel, line])) expectUnit(vector, embedder.dimensions);
      });

      it('that are none are refused, and the next are seen', async () => {
        const broken = (await drawing('#c22')).subarray(0, 200);
        await expect(embedder.embedImages([Buffer.from('not a picture')])).rejects.toMatchObject({
          code: 'unsupported_image',
        });
        await expect(embedder.embedImages([broken])).rejects.toMatchObject({ code: 'unsupported_image' });
        expect(await embedder.embedImages([await plain(9, 9)])).toHaveLength(1);
      });
    });

    describe('a signal', () => {
      it('that was aborted before stops the call at once', async () => {
        const call = embedder.embedTexts([`never seen ${name}`], { signal: AbortSignal.abort() });
        await expect(call).rejects.toMatchObject({ code: 'cancelled' });
      });

      it('stops a long call between batches, and others go on', async () => {
        const controller = new AbortController();
        let finished = false;
        const texts = Array.from({ length: 3_000 }, (_, index) => sentence(index + 1_000, 70));
        const long = embedder.embedTexts(texts, { signal: controller.signal }).finally(() => {
          finished = true;
        });
        const other = embedder.embedTexts(['something else']);
        controller.abort();
        await expect(long).rejects.toMatchObject({ code: 'cancelled' });
        expect(finished).toBe(true);
        expect(await other).toHaveLength(1);
      });
    });

    it('serves a small request before the rest of a large one', async () => {
      const order: string[] = [];
      const texts = Array.from({ length: 400 }, (_, index) => sentence(index + 5_000, 70));
      const large = embedder.embedTexts(texts).then(() => order.push('large'));
      const small = embedder.embedTexts(['one short prompt']).then(() => order.push('small'));
      await Promise.all([large, small]);
      expect(order).toEqual(['small', 'large']);
    });
  });
}
