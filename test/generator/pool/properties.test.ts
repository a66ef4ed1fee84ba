import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BotError } from '../../../src/errors.ts';
import { GeneratorFault } from '../../../src/generator/fault.ts';
import type { GenerationResult, ImageGenerator } from '../../../src/generator/generator.ts';
import { createPool } from '../../../src/generator/pool.ts';
import { createLog } from '../../../src/log.ts';
import { plainLimits } from './plain-backend.ts';

const log = createLog('silent');
const outcomes = ['made', 'unreachable', 'late', 'bug', 'refused'] as const;
type Outcome = (typeof outcomes)[number];

/** A backend whose answers come in the order that the scheduler chooses, each with the next outcome of its script. */
function scripted(script: readonly Outcome[], scheduler: fc.Scheduler) {
  const asked: number[] = [];
  /** Seeds of the requests that were, or may have been, charged for. */
  const charged: number[] = [];
  const backend: ImageGenerator & { asked: number[]; charged: number[] } = {
    asked,
    charged,
    name: 'scripted',
    model: 'm',
    limits: plainLimits,
    models: async () => ['m'],
    async generate({ seed }): Promise<GenerationResult> {
      const outcome = script[asked.length % script.length];
      asked.push(seed);
      await scheduler.schedule(Promise.resolve());
      if (outcome === 'unreachable') throw new GeneratorFault('unreachable', { madeNothing: true });
      if (outcome !== 'refused') charged.push(seed);
      if (outcome === 'late') throw new GeneratorFault('late');
      if (outcome === 'bug') throw new TypeError('bug');
      if (outcome === 'refused') throw new BotError('refused', 'refused');
      return { images: [], generator: 'scripted', model: 'm', notices: [] };
    },
  };
  return backend;
}

test('whatever fails when, every request ends in one result or one error that says what failed', async () => {
  const scripts = fc.array(fc.array(fc.constantFrom(...outcomes), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), scripts, fc.integer({ min: 1, max: 12 }), async (scheduler, given, requests) => {
      const generators = given.map((script) => scripted(script, scheduler));
      const pool = createPool(
        generators.map((generator, index) => ({
          name: `gpu${index}`,
          generator,
          weight: index + 1,
          isPaid: index % 2 === 0,
        })),
        { log },
      );
      const all = Promise.allSettled(
        Array.from({ length: requests }, (_, seed) =>
          pool.generate({ prompt: 'a cat', count: 1, seed, width: 64, height: 64 }),
        ),
      );
      await scheduler.waitFor(all);
      for (const [seed, end] of (await all).entries()) {
        // No backend is asked twice for one request, so nothing is made or paid for twice.
        for (const { asked } of generators) expect(asked.filter((own) => own === seed).length).toBeLessThanOrEqual(1);
        const payments = generators.filter(({ charged }, index) => index % 2 === 0 && charged.includes(seed));
        expect(payments.length).toBeLessThanOrEqual(1);
        if (end.status === 'fulfilled') {
          expect(end.value.generator).toMatch(/^gpu\d$/);
          continue;
        }
        expect(end.reason).toBeInstanceOf(BotError);
        if (end.reason.code === 'refused') continue;
        expect(end.reason.code).toBe('generator_failed');
        // Whoever failed is named; with a single backend its own words are enough.
        if (generators.length > 1)
          for (const index of generators.keys()) expect(end.reason.message).toContain(`gpu${index}: `);
      }
    }),
  );
});

test('the work follows the weights', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }), async (weights) => {
      const made = weights.map(() => 0);
      const pool = createPool(
        weights.map((weight, index) => ({
          name: `gpu${index}`,
          weight,
          isPaid: false,
          generator: {
            name: 'counting',
            model: 'm',
            limits: plainLimits,
            models: async () => ['m'],
            async generate() {
              made[index] = (made[index] ?? 0) + 1;
              return { images: [], generator: '', model: 'm', notices: [] };
            },
          },
        })),
        { log },
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const rounds = 10;
      for (let seed = 0; seed < total * rounds; seed += 1) {
        await pool.generate({ prompt: 'a cat', count: 1, seed, width: 64, height: 64 });
      }
      for (const [index, weight] of weights.entries()) {
        expect(Math.abs((made[index] ?? 0) - weight * rounds)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 20 },
  );
});
