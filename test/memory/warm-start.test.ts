import { pino } from 'pino';
import { expect, it } from 'vitest';
import { warmInBackground } from '../../src/memory/warm-start.ts';

function logged() {
  const lines: { level: number; msg: string; err?: { message: string } }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { lines, log };
}

it('a program that stops while its indexes load says nothing of it', async () => {
  const { lines, log } = logged();
  const stopping = new AbortController();
  const store = {
    warm: ({ signal }: { signal?: AbortSignal | undefined } = {}) =>
      new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  };
  const warming = warmInBackground(store, { log, signal: stopping.signal });
  stopping.abort();
  await warming;
  expect(lines).toEqual([]);
});

it('indexes that can not be loaded ahead stop nothing, and the log knows why', async () => {
  const { lines, log } = logged();
  const store = { warm: () => Promise.reject(new Error('no memory')) };
  await warmInBackground(store, { log, signal: new AbortController().signal });
  expect(lines).toMatchObject([{ level: 40, err: { message: 'no memory' } }]);
});

it('indexes that are loaded are said to be', async () => {
  const { lines, log } = logged();
  await warmInBackground({ warm: async () => {} }, { log, signal: new AbortController().signal });
  expect(lines).toMatchObject([{ level: 30, msg: 'search indexes loaded' }]);
});
