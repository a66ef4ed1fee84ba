import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { BotError } from '../../src/errors.ts';
import { createOutbox } from '../../src/outbox.ts';
import type { OutboxModel } from '../../src/outbox-model.ts';
import { openState } from '../../src/state.ts';
import type { Generation, Reaction } from '../../src/store/store.ts';
import { generation, vector } from '../store/samples.ts';

const log = pino({ level: 'silent' });
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function database() {
  const rows: string[] = [];
  const faults: unknown[] = [];
  const write = async ({ id }: { id: string }) => {
    const fault = faults.shift();
    if (fault) throw fault;
    rows.push(id);
  };
  const ignore = async () => undefined;
  return { rows, faults, logGeneration: write, logReaction: write, logPost: ignore, logUpload: ignore };
}

function open(target: ReturnType<typeof database>, folder = mkdtempSync(path.join(tmpdir(), 'outbox-'))) {
  const state = openState(folder);
  const outbox = createOutbox({ state, within: (work) => work({ store: target, model: model('first', 1) }), log });
  closers.push(
    () => state.close(),
    () => outbox.close(),
  );
  return { outbox, folder };
}

const reaction = (id: string): Reaction => ({
  id,
  generation: 'g',
  scope: 's',
  user: 'u',
  kind: 'like',
  delta: 1,
  createdAt: new Date(0),
});
const add = (outbox: ReturnType<typeof createOutbox>, id: string) =>
  outbox.add({ kind: 'reaction', reaction: reaction(id) });
const model = (name: string, seed: number): OutboxModel => ({
  name,
  embedAnew: async (given) => ({ ...given, promptVector: vector(seed), imageVectors: [] }),
});
const moved = () => new BotError('model_mismatch', 'moved');
const down = () => new BotError('database_unavailable', 'down');

describe('outbox', () => {
  it('keeps a generation for a database that was moved to another model, and embeds it anew at the next start', async () => {
    const target = database();
    const stored: Generation[] = [];
    const store = { ...target, logGeneration: async (given: Generation) => void stored.push(given) };
    const folder = mkdtempSync(path.join(tmpdir(), 'outbox-'));
    const refusing = { ...target, logGeneration: async () => Promise.reject(moved()) };
    const before = openState(folder);
    const old = createOutbox({
      state: before,
      within: (work) => work({ store: refusing, model: model('old', 8) }),
      log,
    });
    await old.add({ kind: 'generation', generation: generation('g'), vectorModel: 'old' });
    await expect(old.settled()).rejects.toMatchObject({ code: 'model_mismatch' });
    await old.close();
    await before.close();

    const after = openState(folder);
    const next = createOutbox({ state: after, within: (work) => work({ store, model: model('next', 9) }), log });
    closers.push(
      () => after.close(),
      () => next.close(),
    );
    await next.settled();
    await next.add({ kind: 'generation', generation: generation('h'), vectorModel: 'next' });
    await next.settled();
    expect(stored).toEqual([generation('g', { promptVector: vector(9), imageVectors: [] }), generation('h')]);
  });

  it('brings writes to the database in the order of arrival', async () => {
    const target = database();
    const { outbox } = open(target);
    for (const id of ['a', 'b', 'c']) await add(outbox, id);
    await outbox.settled();
    expect(target.rows).toEqual(['a', 'b', 'c']);
    expect(outbox.size).toBe(0);
  });

  it('accepts writes while the database is down, says so to readers, and delivers when it is back', async () => {
    const target = database();
    target.faults.push(down(), down(), down());
    const { outbox } = open(target);
    await add(outbox, 'a');
    await add(outbox, 'b');
    await expect(outbox.settled()).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(outbox.size).toBe(2);
    target.faults.length = 0;
    await outbox.settled();
    expect(target.rows).toEqual(['a', 'b']);
  });

  it('tries again by itself', async () => {
    const target = database();
    target.faults.push(down());
    const { outbox } = open(target);
    await add(outbox, 'a');
    while (outbox.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(target.rows).toEqual(['a']);
  });

  it('delivers after a restart what a former process could not', async () => {
    const target = database();
    target.faults.push(...Array.from({ length: 50 }, down));
    const { outbox, folder } = open(target);
    await add(outbox, 'a');
    for (const close of closers.splice(0).reverse()) await close();
    target.faults.length = 0;
    const { outbox: next } = open(target, folder);
    await add(next, 'b');
    await next.settled();
    expect(target.rows).toEqual(['a', 'b']);
  });

  it('sets a write aside that the database refuses, so that it holds up no other', async () => {
    const target = database();
    target.faults.push(new BotError('internal', 'constraint'));
    const { outbox } = open(target);
    await add(outbox, 'bad');
    await add(outbox, 'good');
    await outbox.settled();
    expect(target.rows).toEqual(['good']);
  });
});
