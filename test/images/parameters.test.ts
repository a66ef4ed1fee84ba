import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PictureParameters, readParameters, writeParameters } from '../../src/images/parameters.ts';

const hostile = [
  'a cat\nNegative prompt: dogs',
  'a cat\nSteps: 20, Sampler: Euler, CFG scale: 7',
  'Negative prompt: all of it',
  '"quoted", with: colons, and \\ backslashes \\n',
  ' spaces around \t',
  'NUL \0 bell \u0007 return \r\n line',
  'lone \ud800 surrogate',
  '👩‍👩‍👧‍👦 沙发上 قطة',
  '\u2028\u2029\ufeff',
  ',',
  'x, '.repeat(30_000),
];

const text = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
  fc
    .array(fc.constantFrom('\n', ', ', ': ', '"', '\\', 'Negative prompt:', 'Seed: 1', 'Exact prompt: "x"', 'cat'), {
      minLength: 1,
    })
    .map((parts) => parts.join('')),
);

const parameters: fc.Arbitrary<PictureParameters> = fc
  .record(
    {
      prompt: text,
      negativePrompt: text,
      steps: fc.nat(),
      sampler: text,
      guidance: fc.nat({ max: 300 }).map((tenths) => tenths / 10),
      seed: fc.nat({ max: 2 ** 32 - 1 }),
      size: fc.record({ width: fc.integer({ min: 1, max: 99_999 }), height: fc.integer({ min: 1, max: 99_999 }) }),
      model: text,
      generator: text,
      generation: fc.uuid(),
      parent: fc.uuid(),
    },
    { requiredKeys: ['prompt'] },
  )
  .map(({ size, ...rest }) => ({ ...rest, ...size }));

describe('parameters', () => {
  test('any texts and settings are read back as they were written', () => {
    fc.assert(
      fc.property(parameters, (given) => {
        expect(readParameters(writeParameters(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  test("writes A1111's layout, and only what is known", () => {
    const written = writeParameters({
      prompt: 'a cat, sleeping',
      negativePrompt: 'blurry, text',
      steps: 20,
      guidance: 7.5,
      seed: 7,
      width: 512,
      height: 768,
      model: 'dream: v2, pruned',
      generation: 'g1',
    });
    expect(written).toBe(
      'a cat, sleeping\nNegative prompt: blurry, text\nSteps: 20, CFG scale: 7.5, Seed: 7, Size: 512x768, Model: "dream: v2, pruned", Promptory: g1',
    );
  });

  // As A1111 1.10 and Civitai write it: settings that nobody here knows, one of them quoted with commas and colons inside.
  test('reads what other tools write', () => {
    const read = readParameters(
      [
        'masterpiece, 1girl,',
        '<lora:detail:0.6>',
        'Negative prompt: lowres,',
        'bad hands',
        'Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 3141592653, Size: 832x1216, Model hash: 67ab2fd8ec, Model: sdxl_base, Lora hashes: "detail: 7c6bad76eb54, other: 12", Version: v1.10.1',
      ].join('\n'),
    );
    expect(read).toEqual({
      prompt: 'masterpiece, 1girl,\n<lora:detail:0.6>',
      negativePrompt: 'lowres,\nbad hands',
      steps: 28,
      sampler: 'DPM++ 2M',
      guidance: 6.5,
      seed: 3141592653,
      width: 832,
      height: 1216,
      model: 'sdxl_base',
    });
  });

  test('takes a text without settings for a prompt, and an empty one for none', () => {
    expect(readParameters('a cat: sleeping, on a sofa')).toEqual({ prompt: 'a cat: sleeping, on a sofa' });
    expect(readParameters(' \n ')).toBeUndefined();
    expect(readParameters('Steps: 1, Seed: 2, Size: 3x4')).toBeUndefined();
  });

  test('a seed that JavaScript can not hold is left out rather than changed', () => {
    expect(readParameters('a cat\nSteps: 20, Seed: 18446744073709551615')).toEqual({ prompt: 'a cat', steps: 20 });
  });
});
