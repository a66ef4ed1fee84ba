import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseRankings } from '../../src/fusion.ts';

const ranking = (...ids: string[]) => ids.map((id, index) => ({ id, similarity: 1 - index / 10 }));
const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

const anyRanking = fc
  .uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 10 })
  .map((ids) => ids.map((id, index) => ({ id, similarity: 1 - index / 20 })));

describe('reciprocal rank fusion', () => {
  it('puts what both rankings hold before what one holds, and the first of each before the second', () => {
    expect(idsOf(fuseRankings([ranking('a', 'b', 'c'), ranking('x', 'c')]))).toEqual(['c', 'a', 'x', 'b']);
  });

  it('keeps the better similarity of an item', () => {
    expect(fuseRankings([ranking('a', 'b'), ranking('b')])).toContainEqual({ id: 'b', similarity: 1 });
  });

  it('leaves a ranking as it is when the others are empty', () => {
    fc.assert(
      fc.property(anyRanking, (only) => {
        expect(fuseRankings([only, []])).toEqual(only);
        expect(fuseRankings([[], only])).toEqual(only);
      }),
    );
  });

  it('never puts an item behind one that is behind it in every ranking that holds either', () => {
    fc.assert(
      fc.property(anyRanking, anyRanking, (one, other) => {
        const order = idsOf(fuseRankings([one, other]));
        const rank = (ids: string[], id: string) => (ids.includes(id) ? ids.indexOf(id) : Number.POSITIVE_INFINITY);
        const ranks = (id: string) => [rank(idsOf(one), id), rank(idsOf(other), id)];
        for (const [index, id] of order.entries()) {
          for (const later of order.slice(index + 1)) {
            const [first = 0, second = 0] = ranks(id);
            const [laterFirst = 0, laterSecond = 0] = ranks(later);
            expect(laterFirst < first && laterSecond < second).toBe(false);
          }
        }
      }),
    );
  });
});
