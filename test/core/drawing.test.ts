import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDrawing } from '../../src/drawing.ts';
import { BotError } from '../../src/errors.ts';
import { tellBeforePaying } from '../../src/generator/paying.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import type { RunContext, RunRequest } from '../../src/run.ts';
import { createPlainGenerator } from '../commands/plain-generator.ts';

const request: RunRequest = {
  id: 'run',
  scope: 'here',
  user: 'ann',
  asked: 'a cat',
  text: 'a cat',
  count: 3,
  size: '1:1',
  refine: 'none',
  best: true,
};
const refinement = { prompt: 'a cat', changes: [], variants: [], refiner: 'none' };

/** A run of three pictures on a backend that makes one at a time; its steps outlive a crash. */
describe('drawing in batches', () => {
  let steps: Map<string, unknown>;
  let seeds: number[];
  let failure: { seed: number; error: Error } | undefined;
  let withheld: readonly number[];
  /** Reviews that nobody can do, from the next on. */
  let outages: number;
  beforeEach(() => {
    steps = new Map();
    seeds = [];
    failure = undefined;
    withheld = [];
    outages = 0;
  });

  const generator = createPlainGenerator({
    limits: { maxCount: 1 },
    onDraw({ seed }) {
      if (failure?.seed === seed) throw failure.error;
      seeds.push(seed);
    },
  });
  const parts = {
    generator,
    images: createDiskImageFiles(mkdtempSync(path.join(tmpdir(), 'drawing-'))),
    gate: {
      looksAtPictures: false,
      async review(pictures: readonly Uint8Array[]) {
        outages -= 1;
        if (outages >= 0) throw new BotError('moderation_unavailable', 'Nobody can judge it.');
        return pictures.map(() =>
          withheld.includes(seeds.at(-1) ?? 0) ? { refused: { name: 'rule', reason: 'a rule' } } : {},
        );
      },
    },
    reviewWaitsMs: [1, 1],
  };

  function draw({ signal = new AbortController().signal, drawing = createDrawing(parts) } = {}) {
    const context: RunContext = {
      signal,
      log: pino({ level: 'silent' }),
      async step<Value>(name: string, run: () => Promise<Value>) {
        if (!steps.has(name)) steps.set(name, await run());
        return steps.get(name) as Value;
      },
      progress: () => undefined,
      found: async () => undefined,
      refined: async () => undefined,
      adultPlace: async () => ({ isFor: false, remedy: '' }),
    };
    return drawing(request, { refinement, seed: 7, label: 'Drawing' }, context);
  }

  it('draws no picture again that was made before a crash or a stop', async () => {
    failure = { seed: 9, error: new Error('stopped') };
    await expect(draw({ signal: AbortSignal.abort() })).rejects.toThrow('stopped');
    failure = undefined;
    const { images, notices } = await draw();
    expect(seeds).toEqual([7, 8, 9]);
    expect(images.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    expect(notices).toEqual([]);
  });

  it('shows what was made before a later call failed, and says that there are fewer', async () => {
    failure = { seed: 9, error: new BotError('generator_failed', 'The server is out of reach.') };
    const { images, notices } = await draw();
    expect(images.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(notices).toEqual(['Only 2 of 3 pictures could be made: The server is out of reach.']);
  });

  it('fails when the first call fails', async () => {
    failure = { seed: 7, error: new BotError('generator_failed', 'The server is out of reach.') };
    await expect(draw()).rejects.toMatchObject({ code: 'generator_failed' });
  });

  it('pays once more for a call that a stop broke off, and no third time', async () => {
    const paying = createDrawing({ ...parts, generator: tellBeforePaying(generator) });
    const stop = (seed: number) => {
      failure = { seed, error: new Error('stopped') };
      return expect(draw({ drawing: paying, signal: AbortSignal.abort() })).rejects.toThrow('stopped');
    };
    await stop(8);
    await stop(8);
    failure = undefined;
    const { images, notices } = await draw({ drawing: paying });
    expect(seeds).toEqual([7]);
    expect(images).toHaveLength(1);
    expect(notices).toEqual([expect.stringMatching(/^Only 1 of 3 .*not paid for a third time/)]);
    steps.clear();
    await stop(7);
    await stop(7);
    await expect(draw({ drawing: paying })).rejects.toMatchObject({ code: 'generator_failed' });
  });

  it('draws as often as it takes where that costs nothing', async () => {
    failure = { seed: 7, error: new Error('stopped') };
    for (let stop = 0; stop < 4; stop++) await expect(draw()).rejects.toThrow('stopped');
    failure = undefined;
    expect((await draw()).images).toHaveLength(3);
  });

  it('draws nothing again while nobody can judge it, and gives up in the end', async () => {
    outages = 2;
    expect((await draw()).images).toHaveLength(3);
    expect(seeds).toEqual([7, 8, 9]);
    steps.clear();
    outages = 3;
    await expect(draw()).rejects.toMatchObject({ code: 'moderation_unavailable' });
    expect(seeds).toEqual([7, 8, 9, 7]);
  });

  it('counts what was withheld over all calls, and refuses where that is everything', async () => {
    withheld = [7, 9];
    const { images, notices } = await draw();
    expect(images.map(({ seed }) => seed)).toEqual([8]);
    expect(notices).toEqual(['2 of 3 pictures were withheld: a rule.']);
    steps.clear();
    withheld = [7, 8, 9];
    await expect(draw()).rejects.toMatchObject({ code: 'refused', message: /Nothing can be shown: a rule/ });
  });
});
