import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showShare } from '../../src/importer/progress.ts';
import { showReembed } from '../../src/reembed/show.ts';

let text = '';
const terminal = new PassThrough();
terminal.on('data', (chunk) => {
  text += chunk;
});
beforeEach(() => {
  vi.useFakeTimers();
  text = '';
});
afterEach(() => vi.useRealTimers());

const lines = () => {
  const found = text.split('\n').slice(0, -1);
  text = '';
  return found;
};

describe('what an operator is shown', () => {
  it('is shown again while there is no news, until the end', () => {
    const meter = showShare(terminal);
    meter.update(0, 'the index is built');
    expect(lines()).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect(lines()).toEqual(['0%: the index is built', '0%: the index is built']);
    meter.update(0.5, 'the index is built');
    vi.advanceTimersByTime(5_000);
    expect(lines()).toEqual(['50%: the index is built, about 15 s left']);
    meter.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines()).toEqual([]);
  });

  it('of a move is every step at once, again while it lasts, and whether the new tables are in use', () => {
    const display = showReembed(terminal);
    display.show({ kind: 'step', text: 'The indexes are built.', isSwitched: false });
    expect(lines()).toEqual(['The indexes are built.']);
    vi.advanceTimersByTime(5_000);
    expect(lines()).toEqual(['The indexes are built.']);
    display.show({ kind: 'share', share: 0.5, text: 'the indexes are built' });
    vi.advanceTimersByTime(5_000);
    expect(lines()).toEqual(['50%: the indexes are built, about 10 s left']);
    expect(display.isSwitched()).toBe(false);
    display.show({ kind: 'step', text: 'The new tables are in use.', isSwitched: true });
    expect(display.isSwitched()).toBe(true);
    display.show({ kind: 'line', text: 'Done.' });
    vi.advanceTimersByTime(60_000);
    expect(lines()).toEqual(['The new tables are in use.', 'Done.']);
  });
});
