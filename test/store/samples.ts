import type { CorpusRow, Generation, Post, PromptStore, Reaction } from '../../src/store/store.ts';
import { randomVector } from './vectors.ts';

/** Narrow vectors keep the tests quick; the width comes from the model, as it does in production. */
const dimensions = 16;

export const model = { name: 'test-model', dimensions };

export const vector = (seed: number) => randomVector(seed, dimensions);

/** Texts that break what quotes, escapes or binds them wrongly. */
export const hostileTexts: readonly string[] = [
  "'; DROP TABLE prompts; --",
  '"double" and `back` and \'single\'',
  "back\\slash \\n \\0 \\' \\ud800 end\\",
  '{x:String} {limit:UInt32} $1 ? %s',
  'NUL \0 bell \u0007 backspace \b escape \u001b del \u007f',
  'lines\nreturns\r\ntabs\tform\f',
  '\u2028\u2029\ufeff\u200d',
  '👩‍👩‍👧‍👦 🐈‍⬛ 😀',
  '沙发上睡着的猫 قطة نائمة',
  'SETTINGS max_threads = 1 FORMAT Null',
  ' surrounded by spaces ',
  'x'.repeat(20_000),
];

export function corpusRow(id: string, changes: Partial<CorpusRow> = {}): CorpusRow {
  return {
    id,
    prompt: `prompt of ${id}`,
    url: `https://pictures.example/${id}`,
    width: 512,
    height: 768,
    sourceSite: 'example',
    promptVector: vector(1),
    ...changes,
  };
}

export function generation(id: string, changes: Partial<Generation> = {}): Generation {
  return {
    id,
    root: changes.parent ? '' : id,
    scope: 'scope',
    user: 'user',
    asked: 'a cat',
    prompt: `refined prompt of ${id}`,
    negativePrompt: 'blurry',
    style: 'watercolor',
    neighbours: [{ id: 'c1', source: 'corpus', similarity: 0.1234567890123 }],
    changes: [{ kind: 'added', text: 'soft light', reason: 'shared by 3', neighbourId: 'c1' }],
    refiner: 'neighbours',
    generator: 'sketch',
    model: 'sketch-1',
    seed: 7,
    width: 512,
    height: 512,
    images: [{ key: `${id}-picture`, width: 512, height: 512, seed: 7 }],
    nsfw: false,
    promptVector: vector(1),
    imageVectors: [vector(2)],
    createdAt: new Date('2026-03-04T05:06:07.089Z'),
    ...changes,
  };
}

export function post(message: string, changes: Partial<Post> = {}): Post {
  return {
    adapter: 'web',
    thread: 'thread',
    message,
    generation: 'g',
    scope: 'scope',
    createdAt: new Date('2026-03-04T05:06:07.089Z'),
    ...changes,
  };
}

export function reaction(id: string, changes: Partial<Reaction> = {}): Reaction {
  return {
    id,
    generation: 'g',
    scope: 'scope',
    user: 'user',
    kind: 'like',
    delta: 1,
    createdAt: new Date('2026-03-04T05:06:07.089Z'),
    ...changes,
  };
}

/** What `bestByWords` takes: each word counts as much as any. */
export function wordParameters(rare: readonly string[]) {
  const weights = rare.map(() => 1);
  return { rare, words: rare, weights, average: 10, limit: 20 };
}

export async function idsOf(found: ReturnType<PromptStore['searchPrompts']>): Promise<string[]> {
  return (await found).map(({ id }) => id);
}
