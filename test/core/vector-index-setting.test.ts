import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectorIndexSetting } from '../../src/vector-index-setting.ts';

const faultOf = (text: string) => vectorIndexSetting.safeParse(text).error?.issues[0]?.message;

describe('VECTOR_INDEX', () => {
  it.each([
    ['MSTG', { type: 'MSTG', build: {}, search: { alpha: 3 } }],
    [' scann ( alpha = 2.5 ) ', { type: 'SCANN', build: {}, search: { alpha: 2.5 } }],
    ['SCANN(metric_type=Cosine)', { type: 'SCANN', build: {}, search: { alpha: 3 } }],
    ['HNSWFLAT()', { type: 'HNSWFLAT', build: { m: 32, ef_c: 128 }, search: { ef_s: 256 } }],
    ['HNSWFLAT(m=16, ef_s=512)', { type: 'HNSWFLAT', build: { m: 16, ef_c: 128 }, search: { ef_s: 512 } }],
  ])('reads %s', (text, expected) => {
    expect(vectorIndexSetting.parse(text)).toEqual(expected);
  });

  it.each([
    ['FANCY', /must be one of MSTG, SCANN, HNSWFLAT/],
    ['MSTG(alpha', /must be a type, with parameters in brackets/],
    ['MSTG(ef_s=100)', /MSTG has no parameter ef_s; it takes alpha/],
    ['MSTG(alpha=5)', /MSTG: alpha must be 1 to 4/],
    ['HNSWFLAT(m=4)', /HNSWFLAT: m must be 8 to 128/],
    ['HNSWFLAT(ef_c=16.5)', /HNSWFLAT: ef_c must be a whole number/],
    ['SCANN(metric_type=L2)', /SCANN has no parameter metric_type/],
    ["SCANN(alpha='); DROP TABLE prompts", /must be a type/],
  ])('refuses %s and says what it takes', (text, fault) => {
    expect(faultOf(text)).toMatch(fault);
  });

  it('lets nothing into the SQL but known names and numbers in their range', () => {
    const nearly = fc.stringMatching(/^(MSTG|SCANN|HNSWFLAT)\([\w=,.' ]{0,20}\)$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        const { data } = vectorIndexSetting.safeParse(text);
        for (const [name, value] of Object.entries({ ...data?.build, ...data?.search })) {
          expect(['alpha', 'm', 'ef_c', 'ef_s']).toContain(name);
          expect(Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });
});
