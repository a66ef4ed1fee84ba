import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { GeneratorFault, operatorsFault } from '../../../src/generator/fault.ts';
import type { ImageRequest } from '../../../src/generator/generator.ts';
import { createPool } from '../../../src/generator/pool.ts';
import { type PlainBackend, plainBackend } from './plain-backend.ts';

const request: ImageRequest = { prompt: 'a cat', count: 1, seed: 1, width: 64, height: 64 };
const unreachable = () => {
  throw operatorsFault("The server can't be reached", 'Check that it runs.', { madeNothing: true });
};
const late = () => {
  throw new GeneratorFault('The server took too long.');
};

describe('backends of a pool that cost money', () => {
  let cheap: PlainBackend;
  let dear: PlainBackend;
  let free: PlainBackend;
  const lines: string[] = [];
  beforeEach(() => {
    [cheap, dear, free] = [plainBackend(), plainBackend(), plainBackend()];
    lines.length = 0;
  });

  /** The first is asked first; all but `free` cost money. */
  const poolOf = (backends: Record<string, PlainBackend>) =>
    createPool(
      Object.entries(backends).map(([name, { generator }], index) => ({
        ...{ name, generator, weight: 9 - index },
        isPaid: name !== 'free',
      })),
      {
        log: pino({ level: 'info' }, { write: (line) => lines.push(line) }),
        times: { firstBreakMs: 1, longestBreakMs: 1 },
      },
    );

  test('are not asked after another that may have charged for the same', async () => {
    cheap.before = late;
    await expect(poolOf({ cheap, dear }).generate(request)).rejects.toMatchObject({
      message: [
        'No image backend could make this.',
        'cheap: The server took too long.',
        'dear: not asked, since this may have been charged for already. Try again.',
      ].join('\n'),
    });
    expect(dear.requests).toHaveLength(0);
    expect(lines.join('')).toContain('"mayHaveCost":true');
  });

  test('give way to one that is free', async () => {
    cheap.before = late;
    const made = await poolOf({ cheap, dear, free }).generate(request);
    expect(made.generator).toBe('free');
    expect(dear.requests).toHaveLength(0);
  });

  test('are asked after one that surely made nothing, and after one that is free', async () => {
    cheap.before = unreachable;
    expect((await poolOf({ cheap, dear }).generate(request)).generator).toBe('dear');
    free.before = late;
    expect((await poolOf({ free, dear }).generate(request)).generator).toBe('dear');
  });

  test('a bug may have charged too', async () => {
    cheap.before = () => {
      throw new TypeError('undefined is not a function');
    };
    await expect(poolOf({ cheap, dear }).generate(request)).rejects.toMatchObject({ code: 'generator_failed' });
    expect(dear.requests).toHaveLength(0);
  });

  test('are told of as paid only when they are asked', async () => {
    cheap.before = unreachable;
    cheap.answer = unreachable;
    const pool = poolOf({ cheap, free });
    let told = 0;
    const beforePaying = async () => {
      told += 1;
    };
    // From the fourth on the dear one is left out.
    for (let made = 0; made < 9; made += 1) await pool.generate(request, { beforePaying });
    expect(told).toBe(cheap.requests.length);
    expect(told).toBe(3);
  });

  test('a failed probe charges nothing', async () => {
    cheap.before = unreachable;
    cheap.answer = late;
    const pool = poolOf({ cheap, dear });
    // Three faults break the circuit; from then on it is probed.
    for (let made = 0; made < 12; made += 1) expect((await pool.generate(request)).generator).toBe('dear');
    expect(cheap.requests).toHaveLength(3);
    expect(lines.join('')).toContain('took too long');
  });
});
