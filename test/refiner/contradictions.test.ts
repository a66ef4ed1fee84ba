import { describe, expect, test } from 'vitest';
import type { RefineRequest } from '../../src/refiner/refiner.ts';
import { added, prompts } from './asking.ts';

describe('the neighbours refiner never contradicts', () => {
  test.each<[string, string, Partial<RefineRequest>]>([
    ['a black and white photo of a boat', 'vibrant colors', {}],
    ['a red boat', 'black and white', {}],
    ['a boat at night', 'golden hour', {}],
    ['a boat in the rain', 'bright sunlight', {}],
    ['a photo of a boat', 'oil painting', {}],
    ['a photo of a boat', 'visible brush strokes', {}],
    ['an oil painting of a boat', '35mm', {}],
    ['an oil painting of a boat', 'octane render', {}],
    ['a boat, pixel art', '8k', {}],
    ['a minimalist boat', 'highly detailed', {}],
    ['a macro picture of a beetle', 'wide angle', {}],
    ['a peaceful boat', 'dramatic lighting', {}],
    ['a forest', 'studio lighting', {}],
    ['a boat, no shadows', 'soft shadows', {}],
    ['a boat without bokeh', 'soft bokeh', {}],
    ['a boat', 'film grain', { negativePrompt: 'blurry, grain' }],
    ['a boat', 'cartoon style', { negativePrompt: 'text, cartoon' }],
    ['a boat', 'oil painting', { style: 'watercolor' }],
    ['a boat', 'art deco', { style: 'pixel art' }],
    ['a boat, soft lighting', 'dramatic lighting', {}],
    ['a boat, watercolor', 'watercolor painting', {}],
    ['a highly detailed boat', 'highly detailed', {}],
    ['a boat in the style of someone', 'art nouveau', {}],
  ])('%j does not get %j', async (text, modifier, more) => {
    expect(await added('a plain thing', prompts(`a fox, ${modifier}`))).toHaveLength(1);
    const texts = await added(text, prompts(`a fox, ${modifier}`), more);
    expect(texts.filter((added) => added !== more.style)).toEqual([]);
  });

  test('what it adds agrees with itself and repeats nothing', async () => {
    const neighbours = prompts(
      'a fox, watercolor, watercolor painting, 35mm, bokeh, golden hour, soft light',
      'a fox, oil painting, moonlight, vibrant colors, black and white, octane render, 8k, highly detailed, detailed',
      'a fox, photograph, dramatic lighting, sharp focus, soft focus, pastel colors, intricate details',
    );
    for (let seed = 0; seed < 20; seed += 1) {
      const texts = await added('a boat', neighbours, { seed });
      const has = (pattern: RegExp) => texts.some((text) => pattern.test(text));
      expect(has(/watercolor|oil painting/) && has(/35mm|bokeh|octane|8K|photograph/)).toBe(false);
      expect(has(/black and white/) && has(/vibrant|pastel/)).toBe(false);
      expect(has(/moonlight/) && has(/golden hour/)).toBe(false);
      expect(texts.length).toBeLessThanOrEqual(5);
      const words = texts.flatMap((text) => text.split(' '));
      expect(new Set(words).size).toBe(words.length);
    }
  });
});
