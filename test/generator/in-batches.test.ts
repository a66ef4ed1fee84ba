import { expect, it } from 'vitest';
import { inBatches } from '../../src/generator/in-batches.ts';

const asked = { count: 5, seed: 0xffff_ffff, maxCount: 2 };
const { signal } = new AbortController();

it('takes as many calls as the limit needs, with seeds and progress that go on', async () => {
  const calls: [count: number, seed: number, isAll: boolean][] = [];
  const fractions: number[] = [];
  const draw = async ({ count, seed, isAll, overall }: Parameters<Parameters<typeof inBatches>[1]>[0]) => {
    calls.push([count, seed, isAll]);
    for (const fraction of [0, 0.5, 1]) fractions.push(overall(fraction));
    return { count, call: calls.length };
  };
  const { parts } = await inBatches(asked, draw, signal);
  expect(calls).toEqual([
    [2, 0xffff_ffff, false],
    [2, 1, false],
    [1, 3, false],
  ]);
  expect(parts.map(({ call }) => call)).toEqual([1, 2, 3]);
  expect(fractions).toEqual(fractions.toSorted((one, other) => one - other));
  expect(fractions.at(-1)).toBe(1);
  calls.length = 0;
  await inBatches({ ...asked, count: 2, seed: 9 }, draw, signal);
  expect(calls).toEqual([[2, 9, true]]);
});

it('goes on after what was recorded, though that was of another limit', async () => {
  const seen: number[] = [];
  const { parts } = await inBatches(
    { ...asked, seed: 1 },
    async ({ from, count, seed }) => {
      seen.push(seed);
      return { count: from === 0 ? 1 : count };
    },
    signal,
  );
  expect(seen).toEqual([1, 2, 4]);
  expect(parts.map(({ count }) => count)).toEqual([1, 2, 2]);
});

it('keeps what was made when a later call fails, and fails where nothing was made or it was aborted', async () => {
  const reason = new Error('no power');
  const failsAt = (call: number) => async (batch: { from: number; count: number }) => {
    if (batch.from === call) throw reason;
    return { count: batch.count };
  };
  expect(await inBatches(asked, failsAt(4), signal)).toEqual({ parts: [{ count: 2 }, { count: 2 }], cut: reason });
  await expect(inBatches(asked, failsAt(0), signal)).rejects.toBe(reason);
  await expect(inBatches(asked, failsAt(4), AbortSignal.abort())).rejects.toBe(reason);
});
