import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catNeighbours, neighbour, requestFor } from '../contract/refiner.ts';
import { refiner } from './asking.ts';

describe('for any text and neighbours', () => {
  const fragments = fc.constantFrom(
    'a cat',
    'oil painting',
    'soft light',
    ', ',
    '. ',
    ' of ',
    ' in ',
    '"',
    '(',
    ':1.2)',
    'no ',
    'night',
    '8k',
    '猫',
    '😀',
    '\n',
    'in the style of ',
    'by Jane Doe',
    ' with ',
    'highly detailed',
    'black and white',
    '-',
    '_',
    '…',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragments).map((parts) => parts.join('')),
  );
  const neighbours = fc.array(
    fc.record({
      id: fc.uuid(),
      prompt: texts,
      similarity: fc.double({ min: 0, max: 1, noNaN: true }),
      likes: fc.nat(5),
      dislikes: fc.nat(5),
    }),
    { maxLength: 8 },
  );

  test('the text stays the beginning, and what follows is from the neighbours cited', async () => {
    await fc.assert(
      fc.asyncProperty(texts, neighbours, fc.nat(), async (text, near, seed) => {
        const refinement = await refiner.refine(requestFor(text, { neighbours: near, seed }));
        expect(refinement.prompt.startsWith(text.trim())).toBe(true);
        expect(refinement.prompt.length).toBeLessThanOrEqual(Math.max(1000, text.trim().length));
        for (const change of refinement.changes) {
          const source = near.find(({ id }) => id === change.neighbourId)?.prompt.toLowerCase();
          expect(source?.replace(/[\s_]+/g, ' ')).toContain(change.text.toLowerCase());
        }
      }),
      { numRuns: 500 },
    );
  });

  test('restyle keeps every negation, quote and number that is no modifier', async () => {
    const kept = ['no people', '"a sign, oil painting"', '7 boats', 'without text'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kept),
        fc.array(fragments),
        fc.array(fragments),
        async (part, before, after) => {
          const text = `${before.join('').replaceAll('"', '')}, ${part}, ${after.join('').replaceAll('"', '')}`;
          const { prompt } = await refiner.refine(requestFor(text, { mode: 'restyle', neighbours: catNeighbours }));
          expect(prompt).toContain(part);
        },
      ),
      { numRuns: 500 },
    );
  });
});

// Reads ../shared, which is beside the project on the machines of its makers only.
const partiPrompts = new URL('../../../shared/data/PartiPrompts.tsv', import.meta.url);
const hasPrompts = existsSync(partiPrompts);
if (!hasPrompts) console.warn(`Not run: ${partiPrompts.pathname} is absent.`);

describe.skipIf(!hasPrompts)('on 1,632 real prompts', () => {
  test('every text stays, joins cleanly and never gets a word twice', async () => {
    const lines = readFileSync(partiPrompts, 'utf8').split('\n').slice(1).filter(Boolean);
    const real = lines.map((line) => line.split('\t')[0] ?? '');
    for (const [index, text] of real.entries()) {
      const near = [7, 101, 503, 977].map((step) => neighbour(`p${step}`, real[(index + step) % real.length] ?? ''));
      const { prompt, changes } = await refiner.refine(requestFor(text, { neighbours: [...near, ...catNeighbours] }));
      expect(prompt.startsWith(text.trim())).toBe(true);
      expect(prompt.slice(text.trim().length)).toMatch(/^(?:,? [A-Za-z0-9][^,.]*(?:, [^,.]+)*\.?)?$/);
      const words = changes
        .flatMap((change) => change.text.split(/[ -]/))
        .filter((word) => word !== 'and' && word !== 'of');
      expect(new Set(words).size).toBe(words.length);
    }
  });
});
