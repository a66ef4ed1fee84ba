import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openState } from '../../src/state.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'state-'));
const state = openState(folder);
afterAll(() => state.close());

describe('state', () => {
  it('returns vectors, dates and nested values exactly as they were put', async () => {
    const value = {
      vector: new Float32Array([0.25, -1.5, 3]),
      date: new Date(1234567),
      list: [new Float32Array([0.5])],
    };
    const table = state.table<typeof value>('exact');
    await state.durably(() => {
      table.put('a', value);
    });
    expect(table.get('a')).toEqual(value);
  });

  it('keeps tables apart', async () => {
    await state.durably(() => {
      state.table('one').put('key', 1);
    });
    expect(state.table('two').get('key')).toBeUndefined();
  });

  it('closes while somebody who was left behind still writes and reads', async () => {
    for (let round = 0; round < 20; round++) {
      const opened = openState(mkdtempSync(path.join(tmpdir(), 'state-')));
      const table = opened.table<string>('left');
      for (let key = 0; key < 50; key++) void table.put(`key ${key}`, 'value'.repeat(1000));
      let isClosed = false;
      const closing = opened.close().finally(() => (isClosed = true));
      while (!isClosed) {
        table.get('key 0');
        await new Promise((resolve) => setImmediate(resolve));
      }
      await closing;
      expect(() => table.get('key 0')).toThrow('closed');
    }
  });

  it.each(['/dev/null/state', path.relative(process.cwd(), '/dev/null/state')])(
    'names the whole path of a folder that cannot be opened: %s',
    (given) => {
      expect(() => openState(given)).toThrow(/The folder \/dev\/null\/state can't/);
    },
  );
});
