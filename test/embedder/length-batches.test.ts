import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchByLength, inOrder, unpackTokens } from '../../src/embedder/length-batches.ts';

const rows = fc.array(fc.array(fc.nat(49_407), { minLength: 2, maxLength: 77 }), { maxLength: 80 });

it('puts every row in one batch, with none but its equals in length, within the limit', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 600 }), (given, maxTokens) => {
      const batches = batchByLength(
        given.map((row) => Int32Array.from(row)),
        maxTokens,
      );
      const found = batches.flatMap(({ ids, count, places }) => {
        expect(places.length * count === ids.length && (places.length === 1 || ids.length <= maxTokens)).toBe(true);
        return places.map((_, at) => [...ids.subarray(at * count, (at + 1) * count)]);
      });
      expect(
        inOrder(
          found,
          batches.flatMap(({ places }) => places),
        ),
      ).toEqual(given);
    }),
  );
});

it('unpacks rows as they were packed', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const packed = Int32Array.from(given.flatMap((row) => [row.length, ...row]));
      expect(unpackTokens(packed).map((row) => [...row])).toEqual(given);
    }),
  );
});
