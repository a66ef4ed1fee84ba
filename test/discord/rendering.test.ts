import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modalFor } from '../../adapters/discord/forms.ts';
import { toBody } from '../../adapters/discord/outgoing.ts';
import { renderCard } from '../../adapters/discord/render/card.ts';
import { neighbourEmbed } from '../../adapters/discord/render/embeds.ts';
import { cut, escapeCut, escapeInPieces, escapeText, oneLine } from '../../adapters/discord/render/markdown.ts';
import { fitPicture } from '../../adapters/discord/render/pictures.ts';
import { renderProgress } from '../../adapters/discord/render/progress.ts';
import type { Card } from '../../src/chat.ts';
import { checkMessage } from '../fakes/discord/validation.ts';
import { noisyPicture, testPicture } from './harness.ts';

/** Discord shows a character after a backslash as it is. */
const shown = (markdown: string) => markdown.replaceAll(/\\([^0-9A-Za-z\s])/g, '$1');
const text = fc.string({ unit: 'binary', maxLength: 300 });
const anyText = fc.oneof(
  text,
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.stringMatching(/^[\\*_~`|<[\]#>+\-.1 \n@everyone]{0,200}$/),
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are dropped on purpose
const withoutControls = (value: string) => value.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');

test('escaped text is shown as it was, and nothing in it is markup', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const escaped = escapeText(value);
      expect(shown(escaped)).toBe(withoutControls(value));
      const bare = escaped.replaceAll(/\\[^0-9A-Za-z\s]/g, 'x');
      expect(bare).not.toMatch(/[*_~`|<[]|^\s*[#>+-]|^\s*\d+\.|@(everyone|here)/m);
    }),
  );
});

test('pieces stay within the limit and lose nothing but the space between them', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 12, max: 400 }), (value, limit) => {
      const pieces = escapeInPieces(value, limit);
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit);
      const squeezed = (text: string) => text.replaceAll(/\s/g, '');
      expect(squeezed(pieces.map(shown).join(''))).toBe(squeezed(withoutControls(value)));
    }),
  );
});

test('shortened text stays within its limit and is never cut inside a character', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 2, max: 200 }), (value, limit) => {
      for (const short of [cut(value, limit), escapeCut(value, limit), oneLine(value, limit)]) {
        expect(short.length).toBeLessThanOrEqual(limit);
        if (!/\p{Cs}/u.test(value)) expect(short).not.toMatch(/\p{Cs}/u);
      }
    }),
  );
});

const action = fc.record({
  id: fc.uuid().map((id) => `again:${id}`),
  label: anyText,
  emoji: fc.constantFrom('🔁', '✏', '🗑', '👍🏽', 'x', '✕', '🏳️‍🌈'),
});
const neighbour = fc.record(
  {
    id: fc.uuid(),
    prompt: fc.string({ unit: 'grapheme', maxLength: 3000 }),
    similarity: fc.double({ min: 0, max: 1, noNaN: true }),
    source: fc.constantFrom('corpus' as const, 'own' as const),
    alike: fc.nat(),
    picture: fc.oneof(fc.webUrl(), fc.constant('not an address'), fc.constant('f'.repeat(64))),
  },
  { requiredKeys: ['id', 'prompt', 'source'] },
);
const long = fc.string({ unit: 'grapheme', maxLength: 5000 });
const change = fc.record({ kind: fc.constantFrom('added' as const, 'removed' as const), text: long, reason: long });
const card: fc.Arbitrary<Card> = fc.record(
  {
    text: fc.oneof(long, anyText),
    tone: fc.constantFrom('notice' as const, 'error' as const),
    neighbours: fc.array(neighbour, { maxLength: 25 }),
    refinement: fc.record({
      original: long,
      prompt: long,
      negativePrompt: long,
      changes: fc.array(change, { maxLength: 12 }),
      variants: fc.array(long, { maxLength: 5 }),
      refiner: anyText,
      notice: anyText,
    }),
    actions: fc.uniqueArray(action, { maxLength: 40, selector: ({ id }) => id }),
  },
  { requiredKeys: ['text', 'actions'] },
);

test('any card becomes messages that Discord takes, and keeps every control', async () => {
  await fc.assert(
    fc.asyncProperty(card, async (any) => {
      const images = { get: async () => testPicture('red'), put: async () => '', remove: async () => {} };
      const messages = await renderCard(any, { images, adult: false, numberOf: () => 3, maxFileBytes: 1e6 });
      for (const message of messages) {
        const files = message.files?.length ?? 0;
        checkMessage(toBody(message) as Parameters<typeof checkMessage>[0], files);
        expect(Boolean(message.content?.trim()) || files > 0 || Boolean(message.embeds?.length)).toBe(true);
      }
      const ids = messages.flatMap(({ components = [] }) => components.flatMap((row) => row.components));
      expect(ids.map((part) => ('custom_id' in part ? part.custom_id : ''))).toEqual(any.actions.map(({ id }) => id));
    }),
    { numRuns: 60 },
  );
});

test('a neighbour says how many are like it', () => {
  const alone = { id: 'a', prompt: 'a fox', source: 'corpus', alike: 0 } as const;
  expect(neighbourEmbed(alone, 1, undefined).footer?.text).toBe('from the collection');
  expect(neighbourEmbed({ ...alone, alike: 14 }, 1, undefined).footer?.text).toBe(
    'from the collection · and 14 like it',
  );
});

test('pictures that fit stay as they are, larger ones are made to fit', async () => {
  const small = await testPicture('red');
  expect(await fitPicture(small, 1e6)).toEqual({ bytes: small, extension: 'png' });
  const noisy = await noisyPicture(450);
  const fitted = await fitPicture(noisy, 60_000);
  expect(noisy.length).toBeGreaterThan(250_000);
  expect(fitted.bytes.length).toBeLessThanOrEqual(60_000);
  expect(fitted.extension).toBe('webp');
  await expect(fitPicture(noisy, 100)).rejects.toMatchObject({ code: 'too_large' });
});

test('alt text is the prompt, in at most 1,024 characters', async () => {
  const images = { get: async () => testPicture('red'), put: async () => '', remove: async () => {} };
  const key = 'a'.repeat(64);
  const alts = ['a cat on a sofa', 'long '.repeat(400)];
  const pictures = alts.map((alt, seed) => ({ key, alt, width: 64, height: 64, seed }));
  const [message] = await renderCard(
    { text: 'x', images: pictures, actions: [] },
    { images, adult: false, numberOf: () => undefined, maxFileBytes: 1e6 },
  );
  const files = message?.files ?? [];
  expect(files.map(({ description }) => description?.length)).toEqual([15, 1024]);
  expect(files.map(({ name }) => name)[0]).toBe('a-cat-on-a-sofa-1-aaaaaaaa.png');
});

test('progress tells what is going on, how far, how long and how many are ahead', () => {
  const base = { jobId: 'j', status: 'running' as const, label: 'Drawing *2* pictures' };
  expect(renderProgress({ ...base, fraction: 0.5, etaSeconds: 40 }).content).toBe(
    '⏳ Drawing \\*2\\* pictures\n`████████░░░░░░░░` 50 % · about 40 s left',
  );
  expect(renderProgress({ ...base, status: 'queued', label: 'Waiting', ahead: 3 }).content).toBe(
    '⏳ Waiting\n3 ahead of you',
  );
  expect(renderProgress({ ...base, fraction: 7, etaSeconds: 600 }).content).toContain(
    '██████████████████'.slice(0, 16),
  );
  const cancel = { id: 'cancel:j', label: 'Cancel', emoji: '✖️' };
  expect(JSON.stringify(renderProgress({ ...base, cancel }).components)).toContain('cancel:j');
  expect(renderProgress(base).components).toEqual([]);
});

test('a form of any length fits a modal and keeps its text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12_000 }), anyText, (value, label) => {
      const modal = modalFor('edit:1', { label: `${label}x`, value, maxLength: 4000 });
      const inputs = modal.components.flatMap((row) => ('components' in row ? row.components : []));
      expect(inputs.map((input) => input.value).join('')).toBe(value);
      expect(inputs.length).toBeLessThanOrEqual(5);
      for (const input of inputs) expect(input.value?.length).toBeLessThanOrEqual(input.max_length ?? 0);
    }),
    { numRuns: 50 },
  );
});
