import { describe, expect, test } from 'vitest';
import { withinLimits } from '../../src/generator/within-limits.ts';
import { plainLimits } from './pool/plain-backend.ts';

describe('a request within the limits of a generator', () => {
  test('stays as it is, without a notice', () => {
    const asked = { count: 2, size: { width: 128, height: 64 } };
    expect(withinLimits(asked, plainLimits)).toEqual({ ...asked, notices: [] });
  });

  test('an aspect is no other size than asked', () => {
    expect(withinLimits({ count: 1, size: '1:1' }, plainLimits)).toMatchObject({
      size: { width: 512, height: 512 },
      notices: [],
    });
  });

  test('fewer pictures and another size are told', () => {
    const sizes = [
      { width: 512, height: 512 },
      { width: 512, height: 256 },
    ];
    expect(withinLimits({ count: 9, size: { width: 300, height: 160 } }, { ...plainLimits, sizes })).toEqual({
      count: 4,
      size: { width: 512, height: 256 },
      notices: ['The image backend makes at most 4 at a time.', 'Made 512 × 256: the image backend has no 300 × 160.'],
    });
  });
});
