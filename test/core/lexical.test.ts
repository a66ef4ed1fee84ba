import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordOverlap } from '../../src/lexical.ts';

describe('word overlap', () => {
  const texts = [
    'a cat on a sofa, oil painting',
    'a dog on a rug, oil painting',
    'cats sleeping, oil painting',
    'a lake',
  ];

  it('counts rare words more than common ones, and plurals as their singular', () => {
    const [sofa = 0, rug = 0, cats = 0, lake = 0] = wordOverlap('cat, oil painting', texts);
    expect(sofa).toBe(1);
    expect(cats).toBe(1);
    expect(rug).toBeLessThan(0.6);
    expect(lake).toBe(0);
  });

  it('is 1 for the same text, and nothing for a query without words', () => {
    expect(wordOverlap('一只猫在沙发上', ['一只猫在沙发上'])).toEqual([1]);
    expect(wordOverlap('!?', texts)).toEqual([0, 0, 0, 0]);
  });

  it('stays between 0 and 1 for any texts', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 5 }), (query, any) => {
        for (const overlap of wordOverlap(query, any)) {
          expect(overlap).toBeGreaterThanOrEqual(0);
          expect(overlap).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});
