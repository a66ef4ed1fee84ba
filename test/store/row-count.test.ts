import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../src/store/connection.ts';
import { searchEffort } from '../../src/store/dialects/stock.ts';
import { createRowEstimate } from '../../src/store/row-count.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A table of `rows` rows, which counts how often it was counted; fails while they are undefined. */
function createTable(rows: number | undefined) {
  const table = { rows, counted: 0 };
  const read: Connection['read'] = async (_, { row }) => {
    table.counted++;
    if (table.rows === undefined) throw new Error('not now');
    return [row.parse({ count: table.rows })];
  };
  return { table, aboutRows: createRowEstimate({ read }) };
}

describe('about how many rows a table has', () => {
  test('is counted once a minute, by table, and the old number answers meanwhile', async () => {
    const { table, aboutRows } = createTable(1);
    expect(await Promise.all([aboutRows('a'), aboutRows('a'), aboutRows('b')])).toEqual([1, 1, 1]);
    expect(table.counted).toBe(2);
    table.rows = 2;
    vi.setSystemTime(Date.now() + 60_000);
    expect(await aboutRows('a')).toBe(1);
    await setImmediate();
    expect(await aboutRows('a')).toBe(2);
    expect(table.counted).toBe(3);
  });

  test('is counted again after a failure', async () => {
    const { table, aboutRows } = createTable(undefined);
    await expect(aboutRows('a')).rejects.toThrow('not now');
    table.rows = 3;
    expect(await aboutRows('a')).toBe(3);
  });

  test('stays what it was when it can not be counted again', async () => {
    const { table, aboutRows } = createTable(4);
    await aboutRows('a');
    table.rows = undefined;
    vi.setSystemTime(Date.now() + 60_000);
    expect([await aboutRows('a'), await aboutRows('a')]).toEqual([4, 4]);
  });
});

test('an index of more rows is searched with more effort', () => {
  expect([0, 500, 10_000, 100_000, 900_000].map(searchEffort)).toEqual([64, 64, 64, 161, 388]);
});
