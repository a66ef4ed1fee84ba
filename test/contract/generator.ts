import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BotError, isAbort } from '../../src/errors.ts';
import type { GeneratorLimits, ImageGenerator, ImageRequest, Size } from '../../src/generator/generator.ts';
import { describeFaults, type GeneratorFaults } from './generator-faults.ts';
import { hostilePrompts } from './hostile-prompts.ts';

export interface StartedGenerator {
  generator: ImageGenerator;
  stop: () => Promise<void>;
  /** Whom results name as their generator; its own name unless told. */
  makers?: readonly string[];
  /** It edits the picture by the words alone, however far it shall leave it. */
  ignoresStrength?: boolean;
}

const mediaTypes = { png: 'image/png', webp: 'image/webp', jpeg: 'image/jpeg' } as const;

/**
 * What every image generator does, whatever makes the pictures. `faults` are the ways in which its server can fail:
 * each gives a generator whose next run meets that fault.
 */
export function describeGenerator(
  name: string,
  start: () => Promise<StartedGenerator>,
  faults: GeneratorFaults = {},
): void {
  describe(`the generator contract: ${name}`, () => {
    let started: StartedGenerator;
    beforeAll(async () => {
      started = await start();
    });
    afterAll(() => started.stop());

    const generate = async (more: Partial<ImageRequest> = {}, options = {}) => {
      const size = smallestSize(started.generator.limits);
      const request = { prompt: 'a cat on a sofa', count: 1, seed: 1, ...size, ...more };
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
      for (const side of limits.sizes?.flatMap(({ width, height }) => [width, height]) ?? []) {
        expect(side).toBeGreaterThanOrEqual(limits.minSide);
        expect(side).toBeLessThanOrEqual(limits.maxSide);
      }
    });

    test('offers models, each of which it draws with and names in the result', async () => {
      const models = await started.generator.models();
      expect(models.length).toBeGreaterThan(0);
      expect(new Set(models).size).toBe(models.length);
      const request = { prompt: 'a cat', count: 1, seed: 1, ...smallestSize(started.generator.limits) };
      for (const model of models) {
        const made = await started.generator.generate({ ...request, model });
        // Of several backends one made it, which may be named after the model.
        expect(started.makers ?? [started.generator.name]).toContain(made.generator);
        expect(made).toMatchObject({ model: model.split(' @ ')[0], notices: [] });
      }
    });

    test('names the models there are when asked for another', async () => {
      const models = await started.generator.models();
      const failure = await generate({ model: 'no-such-model' }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('no-such-model') });
      expect(failure).toMatchObject({ message: expect.stringContaining(models[0] ?? '') });
    });

    test('makes as many pictures as asked, of exactly the size asked, decodable and of the type it says', async () => {
      const { maxCount } = started.generator.limits;
      const { width, height } = oblongSize(started.generator.limits);
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
      const size = largestSize(started.generator.limits);
      const [image] = await generate(size);
      expect(await sharp(image?.bytes).metadata()).toMatchObject({ ...size });
    });

    test('starts from a picture where it can, leaving it as far as asked', async () => {
      const { hasSource, sourceModels = [started.generator.model] } = started.generator.limits;
      if (!hasSource) return;
      const model = sourceModels.includes(started.generator.model) ? undefined : sourceModels[0];
      const bytes = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#0000ff' } })
        .png()
        .toBuffer();
      const from = async (strength: number) => {
        const [image] = await generate({ source: { bytes, strength }, model });
        expect(image).toMatchObject(smallestSize(started.generator.limits));
        const { channels } = await sharp(image?.bytes).stats();
        const [red = 0, green = 0, blue = 0] = channels.map(({ mean }) => mean);
        return Math.hypot(red, green, blue - 255);
      };
      const [alike, away] = [await from(0.1), await from(0.9)];
      if (!started.ignoresStrength) expect(alike).toBeLessThan(away);
      const [without] = await generate({ model });
      const [within] = await generate({ source: { bytes, strength: 0.5 }, model });
      expect(within?.bytes).not.toEqual(without?.bytes);
    });

    test('refuses a source that is no picture', async () => {
      const { hasSource, sourceModels = [] } = started.generator.limits;
      if (!hasSource) return;
      const source = { bytes: Buffer.from('not a picture'), strength: 0.5 };
      const failure = await generate({ source, model: sourceModels[0] }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'unsupported_image' });
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

    test.each(hostilePrompts)('makes a picture of %s', async (_name, prompt) => {
      const [image] = await generate({ prompt, negativePrompt: prompt });
      expect((await sharp(image?.bytes).stats()).channels.length).toBeGreaterThanOrEqual(3);
    });

    describeFaults(faults);
  });
}

/** The smallest square, or the first of the sizes there are. */
function smallestSize({ sizes: [first] = [], minSide }: GeneratorLimits): Size {
  return first ? { width: first.width, height: first.height } : { width: minSide, height: minSide };
}

function oblongSize({ sizes, minSide, sideMultiple }: GeneratorLimits): Size {
  const known = sizes?.find(({ width, height }) => width !== height);
  return known ? { width: known.width, height: known.height } : { width: minSide + sideMultiple, height: minSide };
}

function largestSize({ sizes, maxSide }: GeneratorLimits): Size {
  const [known] = [...(sizes ?? [])].sort((one, other) => other.width * other.height - one.width * one.height);
  return known ? { width: known.width, height: known.height } : { width: maxSide, height: maxSide };
}
