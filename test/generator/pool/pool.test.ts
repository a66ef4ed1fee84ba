import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { BotError, isAbort } from '../../../src/errors.ts';
import { GeneratorFault, operatorsFault } from '../../../src/generator/fault.ts';
import type { ImageGenerator, ImageRequest } from '../../../src/generator/generator.ts';
import { createPool } from '../../../src/generator/pool.ts';
import { createLog } from '../../../src/log.ts';
import { describeGenerator } from '../../contract/generator.ts';
import { flatPicture } from '../pictures.ts';
import { type PlainBackend, plainBackend } from './plain-backend.ts';

const log = createLog('silent');
const request: ImageRequest = { prompt: 'a cat', count: 1, seed: 1, width: 64, height: 64 };
const unreachable = () => {
  throw operatorsFault("The server can't be reached", 'Check that it runs.', { madeNothing: true });
};
const late = () => {
  throw new GeneratorFault('The server took too long.');
};

function poolOf(
  backends: Record<string, PlainBackend>,
  weights: Record<string, number> = {},
  times = {},
): ImageGenerator {
  return createPool(
    Object.entries(backends).map(([name, { generator }]) => ({
      ...{ name, generator, weight: weights[name] ?? 1 },
      isPaid: false,
    })),
    { log, times },
  );
}

async function makers(pool: ImageGenerator, count: number, more: Partial<ImageRequest> = {}): Promise<string[]> {
  const names: string[] = [];
  for (let made = 0; made < count; made += 1) names.push((await pool.generate({ ...request, ...more })).generator);
  return names;
}

const shareOf = (name: string, names: readonly string[]) => names.filter((other) => other === name).length;

describeGenerator('a pool of three, one of them failing', async () => {
  const broken = plainBackend();
  broken.before = unreachable;
  broken.answer = unreachable;
  const generator = poolOf({ one: plainBackend(), broken, two: plainBackend() });
  return { generator, makers: ['one', 'two'], stop: async () => {} };
});

describe('a pool of backends', () => {
  let one: PlainBackend;
  let two: PlainBackend;
  beforeEach(() => {
    one = plainBackend();
    two = plainBackend();
  });

  test('shares requests by weight, one after the other', async () => {
    const names = await makers(poolOf({ one, two }, { one: 3, two: 1 }), 40);
    expect(shareOf('one', names)).toBe(30);
  });

  test('asks one without weight only when no other is left, whatever size is wanted', async () => {
    const small = plainBackend({ maxSide: 128 });
    const pool = poolOf({ small, two }, { small: 1, two: 0 });
    const wide = { width: 512, height: 512 };
    expect(await makers(pool, 3)).toEqual(['small', 'small', 'small']);
    expect(await makers(pool, 3, wide)).toEqual(['small', 'small', 'small']);
    small.before = unreachable;
    expect(await makers(pool, 6)).toEqual(Array(6).fill('two'));
    expect(two.requests).toHaveLength(6);
  });

  test('shares requests by weight, all at once', async () => {
    const pool = poolOf({ one, two }, { one: 3, two: 1 });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    one.before = () => gate;
    two.before = () => gate;
    const all = Array.from({ length: 40 }, () => pool.generate(request));
    await expect.poll(() => one.requests.length + two.requests.length).toBe(40);
    expect(one.requests).toHaveLength(30);
    open();
    await Promise.all(all);
  });

  test('gives a busy one nothing while another is idle', async () => {
    const pool = poolOf({ one, two });
    let open = () => {};
    one.before = () => new Promise<void>((resolve) => (open = resolve));
    const first = pool.generate(request);
    expect(await makers(pool, 5)).toEqual(Array(5).fill('two'));
    open();
    expect((await first).generator).toBe('one');
  });

  test('moves on from one that fails, names the maker, and progress never falls', async () => {
    one.generator.generate = async (_request, options) => {
      options?.onProgress?.({ fraction: 0.8 });
      return unreachable();
    };
    const fractions: number[] = [];
    const onProgress = ({ fraction }: { fraction: number }) => fractions.push(fraction);
    const made = await poolOf({ one, two }).generate(request, { onProgress });
    expect(made.generator).toBe('two');
    expect(fractions).toEqual([0.8, 1]);
  });

  test('a bug of a backend is a reason to move on too', async () => {
    one.before = () => {
      throw new TypeError('undefined is not a function');
    };
    expect(await makers(poolOf({ one, two }), 1)).toEqual(['two']);
  });

  test.each([
    ['refused', new BotError('refused', 'The service declined this prompt.')],
    ['invalid_input', new BotError('invalid_input', 'There is no model x.')],
  ])('never asks a second one after %s', async (_name, error) => {
    one.before = () => {
      throw error;
    };
    await expect(poolOf({ one, two }).generate(request)).rejects.toBe(error);
    expect(two.requests).toHaveLength(0);
  });

  test('never asks a second one after an abort', async () => {
    const stopping = new AbortController();
    one.before = () => stopping.abort();
    const failure = await poolOf({ one, two })
      .generate(request, { signal: stopping.signal })
      .catch((error: unknown) => error);
    expect(isAbort(failure)).toBe(true);
    expect(two.requests).toHaveLength(0);
  });

  test('names every backend and reason when all fail', async () => {
    one.before = unreachable;
    two.before = () => {
      throw new GeneratorFault('The server ran out of memory. Ask for a smaller one.');
    };
    const failure = await poolOf({ one, two })
      .generate(request)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'generator_failed',
      message: [
        'No image backend could make this.',
        "one: The server can't be reached.",
        'two: The server ran out of memory. Ask for a smaller one.',
        "The bot's operator can see why in the log.",
      ].join('\n'),
      forOperator: expect.stringContaining("one: The server can't be reached. Check that it runs.\ntwo: "),
    });
  });

  test('says only what a member can do where the operator is not needed', async () => {
    one.before = late;
    two.before = late;
    await expect(poolOf({ one, two }).generate(request)).rejects.toMatchObject({
      message: expect.not.stringContaining('operator'),
    });
  });

  test('leaves out one that keeps failing, and says why when asked for it', async () => {
    one.before = unreachable;
    const pool = poolOf({ one, two }, {}, { firstBreakMs: 60_000 });
    expect(await makers(pool, 20)).toEqual(Array(20).fill('two'));
    expect(one.requests).toHaveLength(3);
    two.before = unreachable;
    await expect(pool.generate(request)).rejects.toThrow(/one: .*two: /s);
    expect(one.requests).toHaveLength(3);
  });

  test('what was asked for takes a backend from nobody', async () => {
    one.before = () => {
      throw new GeneratorFault('Write the prompt in English.', { isOfRequest: true });
    };
    const pool = poolOf({ one, two }, {}, { firstBreakMs: 60_000 });
    await makers(pool, 12);
    one.before = () => undefined;
    expect(shareOf('one', await makers(pool, 2))).toBe(1);
  });

  async function broken() {
    const pool = poolOf({ one }, {}, { firstBreakMs: 1, longestBreakMs: 1 });
    one.before = unreachable;
    for (let faults = 0; faults < 3; faults += 1) await pool.generate(request).catch(() => undefined);
    return pool;
  }

  test('an abort does not wait for the probe of another request, and nothing is made for it', async () => {
    const pool = await broken();
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    one.before = () => gate;
    const asked = one.requests.length;
    const others: Promise<unknown>[] = [];
    await expect
      .poll(() => {
        others.push(pool.generate(request).catch(() => undefined));
        return one.requests.length;
      })
      .toBe(asked + 1);
    const stopping = new AbortController();
    const waiting = pool.generate({ ...request, seed: 9 }, { signal: stopping.signal });
    // By then it waits at the circuit: there is nothing to be asked before.
    await nextTurn();
    stopping.abort();
    expect(isAbort(await waiting.catch((error: unknown) => error))).toBe(true);
    open();
    await Promise.all(others);
    expect(one.requests.filter(({ seed }) => seed === 9)).toEqual([]);
  });

  test('an abort of the probe proves nothing', async () => {
    const pool = await broken();
    const asked = one.requests.length;
    await expect
      .poll(async () => {
        const stopping = new AbortController();
        one.before = () => stopping.abort();
        await pool.generate(request, { signal: stopping.signal }).catch(() => undefined);
        return one.requests.length;
      })
      .toBe(asked + 1);
    one.answer = unreachable;
    one.before = () => undefined;
    await expect(pool.generate(request)).rejects.toThrow("The server can't be reached");
  });

  test('probes it with a cheap question and takes it back in with no more than its share', async () => {
    one.before = unreachable;
    const pool = poolOf({ one, two }, {}, { firstBreakMs: 1, longestBreakMs: 1 });
    await makers(pool, 8);
    one.answer = unreachable;
    const before = one.requests.length;
    await makers(pool, 8);
    expect(one.requests).toHaveLength(before);
    one.answer = () => ['plain'];
    one.before = () => undefined;
    await expect.poll(async () => (await makers(pool, 2)).includes('one')).toBe(true);
    const names = await makers(pool, 20);
    expect(shareOf('one', names)).toBe(10);
  });
});

describe('what the backends of a pool can do', () => {
  test('a request goes only to those that can do it', async () => {
    const small = plainBackend({ maxCount: 1, hasSource: false, maxSide: 128 });
    const large = plainBackend();
    const pool = poolOf({ small, large });
    const source = { bytes: await flatPicture(64, 64), strength: 0.5 };
    expect(pool.limits).toMatchObject({ maxCount: 4, hasSource: true, maxSide: 512 });
    expect(await makers(pool, 4, { count: 3 })).toEqual(Array(4).fill('large'));
    expect(await makers(pool, 4, { source })).toEqual(Array(4).fill('large'));
    expect(await makers(pool, 4, { width: 256, height: 136 })).toEqual(Array(4).fill('large'));
    expect(new Set(await makers(pool, 4))).toEqual(new Set(['small', 'large']));
  });

  test('a request with a picture prefers one whose model starts from it', async () => {
    const partly = plainBackend({ sourceModels: ['xl'] }, ['core', 'xl']);
    const pool = poolOf({ partly, large: plainBackend({}, ['core']) });
    const source = { bytes: await flatPicture(64, 64), strength: 0.5 };
    expect(await makers(pool, 4, { source })).toEqual(Array(4).fill('large'));
    expect(await makers(pool, 2, { source, model: 'xl' })).toEqual(['partly', 'partly']);
    expect(await makers(poolOf({ partly }), 1, { source })).toEqual(['partly']);
  });

  test('an aspect takes the size that each model likes, and no notice', async () => {
    const sdxl = plainBackend({ maxSide: 2048, sideMultiple: 64, usualPixels: 1024 * 1024 });
    const sd15 = plainBackend({ maxSide: 1024, sideMultiple: 64, usualPixels: 512 * 512 });
    const pool = poolOf({ sdxl, sd15 }, { sdxl: 2, sd15: 1 });
    const made = await Promise.all([1, 2].map(() => pool.generate({ ...request, width: 1024, height: 1024 })));
    expect(made.map(({ images: [image] }) => image?.width).sort()).toEqual([1024, 512]);
    expect(made.flatMap(({ notices }) => notices)).toEqual([]);
  });

  test('a size that only a failing one has is made in the nearest shape, and said so', async () => {
    const sizes = [
      { width: 256, height: 256 },
      { width: 384, height: 256 },
    ];
    const listed = plainBackend({ sizes, minSide: 256, maxSide: 384 });
    const pool = poolOf({ listed });
    expect(pool.limits.sizes).toEqual(sizes);
    const both = poolOf({ listed, free: plainBackend({ maxCount: 1 }) });
    const made = await both.generate({ ...request, count: 2, width: 200, height: 136 });
    expect(made.images[0]).toMatchObject({ width: 384, height: 256 });
    expect(made.notices).toEqual(['Made 384 × 256: listed has no 200 × 136.']);
  });

  test('says what no backend does together', async () => {
    const many = plainBackend({ hasSource: false });
    const fromPicture = plainBackend({ maxCount: 1 });
    const source = { bytes: await flatPicture(64, 64), strength: 0.5 };
    await expect(poolOf({ many, fromPicture }).generate({ ...request, count: 3, source })).rejects.toThrow(
      'No image backend here makes 3 pictures at once from a picture.',
    );
  });
});

describe('the models of a pool', () => {
  test('are merged; those of several backends may be asked of one', async () => {
    const pool = poolOf({ one: plainBackend({}, ['xl', 'shared']), two: plainBackend({}, ['shared', 'turbo']) });
    expect(await pool.models()).toEqual(['xl', 'shared', 'turbo', 'shared @ one', 'shared @ two']);
    expect(await makers(pool, 2, { model: 'turbo' })).toEqual(['two', 'two']);
    expect(new Set(await makers(pool, 4, { model: 'shared' }))).toEqual(new Set(['one', 'two']));
    expect(await makers(pool, 2, { model: 'shared @ two' })).toEqual(['two', 'two']);
    expect((await pool.generate({ ...request, model: 'shared @ two' })).model).toBe('shared');
  });

  test('leave out a backend that does not answer, long before the time it may take', async () => {
    const [dead, hanging, alive] = [plainBackend(), plainBackend(), plainBackend({}, ['xl'])];
    dead.answer = unreachable;
    hanging.generator.models = (options) =>
      new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)));
    expect(await poolOf({ dead, hanging, alive }).models()).toEqual(['xl']);
    const chosen = { ...request, model: 'xl' };
    expect((await poolOf({ dead, hanging, alive }).generate(chosen)).generator).toBe('alive');
    await expect(poolOf({ dead }).models()).rejects.toThrow('No image backend can be asked for its models now (dead)');
  });

  test('are not waited for after an abort', async () => {
    const hanging = plainBackend();
    hanging.generator.models = () => new Promise(() => undefined);
    const pool = poolOf({ hanging, other: hanging });
    const stopping = new AbortController();
    const asking = [
      pool.models({ signal: stopping.signal }),
      pool.generate({ ...request, model: 'xl' }, { signal: stopping.signal }),
    ];
    stopping.abort();
    const ends = await Promise.all(asking.map((question) => question.catch((error: unknown) => error)));
    expect(ends.map(isAbort)).toEqual([true, true]);
  });

  test('are asked of a slow backend too where no other has the one that is wanted', async () => {
    const [slow, quick] = [plainBackend({}, ['xl']), plainBackend({}, ['turbo'])];
    let answer = (_: string[]) => {};
    slow.generator.models = () => new Promise((resolve) => (answer = resolve));
    const pool = poolOf({ slow, quick });
    expect(await pool.models()).toEqual(['turbo']);
    const made = pool.generate({ ...request, model: 'xl' });
    answer(['xl']);
    expect((await made).generator).toBe('slow');
  });

  test('of a backend that failed are not asked for again at once, nor of one that is left out', async () => {
    const [dead, alive] = [plainBackend(), plainBackend({}, ['xl'])];
    let questions = 0;
    dead.answer = () => {
      questions += 1;
      return unreachable();
    };
    const pool = poolOf({ dead, alive }, {}, { firstBreakMs: 60_000 });
    await pool.models();
    await pool.models();
    expect(questions).toBe(1);
    const broken = plainBackend({}, ['old']);
    broken.before = unreachable;
    const other = poolOf({ broken, alive }, {}, { firstBreakMs: 60_000 });
    expect(await other.models()).toEqual(['old', 'xl']);
    await makers(other, 8);
    expect(await other.models()).toEqual(['xl']);
    // It may come back, so that one who wants it is told why it is not to be had.
    await expect(other.generate({ ...request, model: 'old' })).rejects.toThrow("The server can't be reached");
  });

  test('an unknown one is an error that names those there are', async () => {
    const [dead, alive] = [plainBackend(), plainBackend({}, ['sdxl', 'turbo'])];
    dead.answer = unreachable;
    await expect(poolOf({ dead, alive }).generate({ ...request, model: 'sdxxl' })).rejects.toMatchObject({
      code: 'invalid_input',
      message:
        'There is no image model sdxxl here. Did you mean sdxl? There are: sdxl, turbo. Not asked, since out of reach: dead.',
    });
    expect(alive.requests).toHaveLength(0);
  });
});
