import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCard } from '../../adapters/slack/render/card.ts';
import { escapeText, splitEscaped, unescapeText } from '../../adapters/slack/render/text.ts';
import type { Card } from '../../src/chat.ts';
import { areBlocksTooLong, faultsOfBlocks } from '../fakes/slack/blocks.ts';
import type { FakeMessage, Json } from '../fakes/slack/workspace.ts';
import { actionsIn, textIn } from './seen.ts';
import { surroundings, text } from './written.ts';

const card: fc.Arbitrary<Card> = fc.record({
  text,
  tone: fc.constantFrom(undefined, 'error', 'notice'),
  neighbours: fc.array(
    fc.record({
      id: fc.uuid(),
      prompt: text,
      similarity: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      source: fc.constantFrom('corpus', 'own'),
      alike: fc.option(fc.nat(), { nil: undefined }),
      picture: fc.constantFrom(
        undefined,
        'key',
        'https://example.org/a.png',
        `https://example.org/${'a'.repeat(4000)}`,
      ),
    }),
    { maxLength: 60 },
  ),
  refinement: fc.option(
    fc.record({
      original: text,
      prompt: text,
      negativePrompt: fc.option(text, { nil: undefined }),
      changes: fc.array(fc.record({ kind: fc.constantFrom('added', 'removed'), text, reason: text }), {
        maxLength: 30,
      }),
      variants: fc.array(text, { maxLength: 5 }),
      refiner: fc.constantFrom('neighbours', 'openai:gpt-4.1'),
      notice: fc.option(text, { nil: undefined }),
    }),
    { nil: undefined },
  ),
  images: fc.array(
    fc.record({ key: fc.constant('key'), alt: text, width: fc.nat(), height: fc.nat(), seed: fc.nat() }),
    { maxLength: 8 },
  ),
  actions: fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 100 }).map((id) => `a:${id}`),
      label: text,
      emoji: fc.constantFrom('🔁', ''),
    }),
    { maxLength: 60, selector: ({ id }) => id },
  ),
}) as fc.Arbitrary<Card>;

const pictures = { files: new Map([['key', 'F0123456789']]), web: true };

describe('cards in Block Kit', () => {
  test('whatever a card holds, every message keeps to every limit of Slack', () => {
    fc.assert(
      fc.property(card, (given) => {
        const messages = renderCard(given, pictures);
        expect(messages.length).toBeGreaterThan(0);
        for (const { blocks, text: fallback } of messages) {
          expect(faultsOfBlocks(blocks as unknown as Json[], surroundings)).toEqual([]);
          expect(areBlocksTooLong(blocks as unknown as Json[])).toBe(false);
          expect(fallback.length).toBeLessThanOrEqual(3000);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('without its pictures every message of a card says what it says with them', () => {
    fc.assert(
      fc.property(card, (given) => {
        const wordsOf = (shown: typeof pictures) =>
          renderCard(given, shown).map(({ blocks }) =>
            JSON.stringify(
              blocks.filter(({ type }) => type !== 'image'),
              (name, value) => (name === 'accessory' ? undefined : value),
            ),
          );
        const words = wordsOf(pictures);
        const bare = wordsOf({ files: new Map(), web: false });
        expect(bare).toHaveLength(words.length);
        for (const [index, said] of words.entries()) if (said !== '[]') expect(bare[index]).toBe(said);
      }),
      { numRuns: 100 },
    );
  });

  test('no action is lost, and their order stays', () => {
    fc.assert(
      fc.property(card, (given) => {
        const messages = renderCard(given, pictures) as unknown as FakeMessage[];
        expect(messages.flatMap(actionsIn).map(({ id }) => id)).toEqual(given.actions.map(({ id }) => id));
      }),
      { numRuns: 100 },
    );
  });

  test('nothing of what people wrote reaches Slack unescaped', () => {
    const hostile = '<!channel> <@U0123ABCD> <https://evil.example|bank> & more';
    const change = { kind: 'added', text: hostile, reason: hostile } as const;
    const messages = renderCard(
      {
        text: hostile,
        neighbours: [{ id: 'n', prompt: hostile, source: 'corpus' }],
        refinement: {
          original: hostile,
          prompt: hostile,
          negativePrompt: hostile,
          changes: [change],
          variants: [hostile],
          refiner: 'r',
          notice: hostile,
        },
        actions: [],
      },
      pictures,
    );
    const sent = JSON.stringify(messages);
    for (const piece of ['<!', '<@', '<http', '& more']) expect(sent).not.toContain(piece);
    expect(textIn(messages[0]?.blocks).split(hostile).length).toBeGreaterThanOrEqual(8);
  });

  test('a neighbour says how many are like it', () => {
    const alone = { id: 'a', prompt: 'a fox', source: 'corpus', alike: 0 } as const;
    const messages = renderCard({ text: 'x', neighbours: [alone, { ...alone, alike: 14 }], actions: [] }, pictures);
    const text = textIn(messages.flatMap(({ blocks }) => blocks));
    expect(text.match(/and \d+ like it/g)).toEqual(['and 14 like it']);
  });

  test('the refinement reads as a diff that names where a change came from', () => {
    const refinement = {
      original: 'a cat',
      prompt: 'a ginger cat',
      changes: [
        { kind: 'added', text: 'ginger', reason: 'most have a colour', neighbourId: 'n2' },
        { kind: 'removed', text: '8k `uhd`', reason: 'nobody needs it' },
      ],
      variants: [],
      refiner: 'neighbours',
    } as const;
    const neighbours = ['n1', 'n2'].map((id) => ({ id, prompt: id, source: 'corpus' as const }));
    const [message] = renderCard({ text: '', refinement, neighbours, actions: [] }, pictures);
    const shown = textIn(message?.blocks);
    expect(shown).toContain(':heavy_plus_sign: `ginger` most have a colour _(from 2)_');
    expect(shown).toContain(":heavy_minus_sign: ~`8k 'uhd'`~ nobody needs it");
  });

  test('pictures for adults stay out of Slack', () => {
    const image = { key: 'key', alt: 'x', width: 1, height: 1, seed: 1 };
    const neighbour = { id: 'n', prompt: 'x', source: 'own', picture: 'key', nsfw: true } as const;
    const messages = renderCard(
      { text: '', images: [{ ...image, nsfw: true }], neighbours: [neighbour], actions: [] },
      pictures,
    );
    expect(JSON.stringify(messages)).not.toContain('slack_file');
    const shown = textIn(messages[0]?.blocks);
    expect(shown).toContain('picture withheld (adult content)');
    expect(shown).toContain(
      'One picture is withheld: marked as adult content, for which Slack has no age-restricted channels.',
    );
  });
});

describe('text', () => {
  test('what people typed comes back from what Slack made of it', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (given) => unescapeText(escapeText(given)) === given));
    expect(unescapeText('see <https://example.org|example.org> in <#C1|art>, <!here> &amp; so on')).toBe(
      'see example.org in #art, @here & so on',
    );
  });

  test('pieces fit, lose nothing and never cut an entity or a character', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 3000 }), (given, most) => {
        const pieces = splitEscaped(given, most);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(most);
          expect(piece).not.toMatch(/&[a-z]*$|^[a-z]*;|^[\uDC00-\uDFFF]/);
        }
        expect(pieces.join('')).toBe(escapeText(given));
      }),
    );
  });
});
