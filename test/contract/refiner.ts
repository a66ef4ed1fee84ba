import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAbort } from '../../src/errors.ts';
import type { RefineRequest, Refiner, RefinerNeighbour } from '../../src/refiner/refiner.ts';

/** Five prompts about cats; n2 is liked here. */
export const catNeighbours: readonly RefinerNeighbour[] = [
  neighbour('n1', 'a cat on a red sofa, watercolor painting, soft light, highly detailed', 0.9),
  neighbour('n2', 'a kitten asleep, watercolor painting, pastel colors, soft light', 0.8, 2),
  neighbour('n3', 'cat in a basket, soft light, cozy atmosphere, by Greg Rutkowski, trending on artstation', 0.7),
  neighbour('n4', 'two cats and a dog, watercolor painting, highly detailed', 0.6),
  neighbour('n5', 'an old sofa in a room, shallow depth of field', 0.5),
];

export function neighbour(id: string, prompt: string, similarity = 0.8, likes = 0, dislikes = 0): RefinerNeighbour {
  return { id, prompt, similarity, likes, dislikes };
}

export function requestFor(text: string, more: Partial<RefineRequest> = {}): RefineRequest {
  return { text, mode: 'refine', neighbours: catNeighbours, seed: 1, ...more };
}

/** What every refiner does, whatever refines behind it. */
export function describeRefiner(
  name: string,
  start: () => Promise<{ refiner: Refiner; stop: () => Promise<void> }>,
): void {
  describe(`the refiner contract: ${name}`, () => {
    let started: Awaited<ReturnType<typeof start>>;
    beforeAll(async () => {
      started = await start();
    });
    afterAll(() => started.stop());
    const refine = (request: RefineRequest) => started.refiner.refine(request);

    test('adds to a prompt and says what, why and from where', async () => {
      const refinement = await refine(requestFor('a cat sleeping on the sofa'));
      expect(refinement.prompt).toContain('a cat sleeping on the sofa');
      expect(refinement.prompt.length).toBeGreaterThan('a cat sleeping on the sofa'.length);
      expect(refinement.refiner).toBe(started.refiner.name);
      expect(refinement.notice).toBeUndefined();
      expect(refinement.changes.length).toBeGreaterThan(0);
      for (const change of refinement.changes) {
        expect(change.kind).toBe('added');
        expect(refinement.prompt.toLowerCase()).toContain(change.text.toLowerCase());
        expect(change.reason).not.toBe('');
      }
      const ids: (string | undefined)[] = catNeighbours.map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(refinement.changes.flatMap(({ neighbourId }) => neighbourId ?? [])));
      expect(refinement.changes.some(({ neighbourId }) => neighbourId !== undefined)).toBe(true);
    });

    test.each([
      'exactly 3 cats and 1 dog, no people, without text',
      'a sign that says "OPEN 24 HOURS"',
      '猫在沙发上睡觉',
      '🐱🛋️💤',
      "'; DROP TABLE prompts; --",
    ])('keeps %j word for word', async (text) => {
      expect((await refine(requestFor(text))).prompt).toContain(text);
    });

    test('keeps the style and the negative prompt that were chosen', async () => {
      const refinement = await refine(requestFor('a cat', { style: 'pixel art', negativePrompt: 'people, text' }));
      expect(refinement.prompt).toContain('pixel art');
      expect(refinement.prompt).not.toContain('watercolor');
      expect(refinement.negativePrompt).toContain('people, text');
    });

    test.each(['refine', 'restyle'] as const)('%s works without neighbours', async (mode) => {
      const refinement = await refine(requestFor('a cat', { mode, neighbours: [] }));
      expect(refinement.prompt).toContain('a cat');
      expect(refinement.changes.every(({ neighbourId }) => neighbourId === undefined)).toBe(true);
    });

    test('takes 20,000 characters', async () => {
      const text = 'a cat and a dog '.repeat(1250).trim();
      expect((await refine(requestFor(text))).prompt).toContain(text);
    });

    test('offers variants that differ from the prompt', async () => {
      const { prompt, variants } = await refine(requestFor('a cat sleeping on the sofa'));
      expect(new Set([prompt, ...variants]).size).toBe(variants.length + 1);
      expect(variants).not.toContain('');
    });

    test('leaves the request as it was', async () => {
      const request = requestFor('a cat', { negativePrompt: 'text' });
      const before = structuredClone(request);
      await refine(request);
      expect(request).toEqual(before);
    });

    test('stops when aborted', async () => {
      const error = await started.refiner
        .refine(requestFor('a cat'), { signal: AbortSignal.abort() })
        .catch((reason: unknown) => reason);
      expect(isAbort(error)).toBe(true);
    });
  });
}
