import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DemoParts, type DemoProgress, importDemoCorpus } from '../../src/demo/import-demo.ts';
import { demoPrompts } from '../../src/demo/prompts/index.ts';
import type { Embedder } from '../../src/embedder/embedder.ts';
import { openEmbedder } from '../../src/embedder/open.ts';
import { isAbort } from '../../src/errors.ts';
import type { ImageRequest } from '../../src/generator/generator.ts';
import { createSketchGenerator } from '../../src/generator/sketch.ts';
import { createDiskImageFiles } from '../../src/images/disk.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { PromptStore } from '../../src/store/store.ts';

const log = pino({ level: 'silent' });
const firstBatch = 40;

let folder: string;
let embedder: Embedder;
let database: Database;
let store: PromptStore;
const drawn: ImageRequest[] = [];

function parts(): DemoParts {
  const sketch = createSketchGenerator();
  return {
    embedder,
    store,
    images: createDiskImageFiles(path.join(folder, 'images')),
    log,
    generator: {
      generate: (request, options) => {
        drawn.push(request);
        return sketch.generate(request, options);
      },
    },
  };
}

/** Imports until so many batches are done, and says what was reported. */
async function importBatches(count: number): Promise<DemoProgress[]> {
  const stopping = new AbortController();
  const reported: DemoProgress[] = [];
  const onProgress = (progress: DemoProgress) => {
    reported.push(progress);
    if (reported.length === count) stopping.abort();
  };
  const run = importDemoCorpus({ ...parts(), signal: stopping.signal, onProgress });
  const failure = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAbort(failure)) throw failure;
  return reported;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'demo-'));
  database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log });
  const dataDir = path.join(folder, 'embedder');
  ({ embedder } = await openEmbedder({
    clipModel: 'tiny',
    storedModel: undefined,
    hubUrl: 'http://127.0.0.1:9',
    dataDir,
    log,
  }));
  store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
});
afterAll(async () => {
  await embedder.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

describe('the demo prompts', () => {
  test('are 320 to 400, all different, each of one line and of some length', () => {
    expect(demoPrompts.length).toBeGreaterThanOrEqual(320);
    expect(demoPrompts.length).toBeLessThanOrEqual(400);
    expect(new Set(demoPrompts).size).toBe(demoPrompts.length);
    for (const prompt of demoPrompts) expect(prompt).toMatch(/^[a-z0-9][^\n]{14,140}$/);
  });

  test('share modifiers, so that neighbours have something to lend', () => {
    const uses = new Map<string, number>();
    for (const prompt of demoPrompts) {
      for (const modifier of prompt.split(', ').slice(1)) uses.set(modifier, (uses.get(modifier) ?? 0) + 1);
    }
    expect([...uses.values()].filter((count) => count >= 5).length).toBeGreaterThanOrEqual(30);
  });
});

describe('importing the demo corpus', () => {
  test('begins with a varied batch that can be searched at once, by text and by picture', async () => {
    expect(await importBatches(1)).toEqual([{ done: firstBatch, total: demoPrompts.length }]);
    expect(await store.counts()).toMatchObject({ prompts: firstBatch, images: firstBatch });
    const [prompt = ''] = demoPrompts;
    const [query] = await embedder.embedTexts([prompt]);
    if (query === undefined) throw new Error('no embedding');
    const [best] = await store.searchPrompts(query, { limit: 3 });
    expect(best).toMatchObject({ id: 'demo-001', prompt, source: 'corpus' });
    const picture = await parts().images.put(new Uint8Array([1]));
    expect(best?.picture).toMatch(/^[0-9a-f]{64}$/);
    expect(best?.picture).not.toBe(picture);
    const bytes = await createDiskImageFiles(path.join(folder, 'images')).get(best?.picture ?? '');
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 512, height: 512 });
    const [pictureVector] = await embedder.embedImages([bytes ?? new Uint8Array()]);
    if (pictureVector === undefined) throw new Error('no embedding');
    expect((await store.searchImages(pictureVector, { limit: 1 }))[0]).toMatchObject({ id: 'demo-001' });
  });

  test('goes on where it was, without drawing again what is known', async () => {
    const before = drawn.length;
    const reported = await importBatches(3);
    expect(reported.map(({ done }) => done)).toEqual([firstBatch, firstBatch + 8, firstBatch + 16]);
    expect(drawn.slice(before).map(({ prompt }) => prompt)).toEqual(demoPrompts.slice(firstBatch, firstBatch + 16));
    expect(await store.counts()).toMatchObject({ prompts: firstBatch + 16, images: firstBatch + 16 });
  });

  test('gives each pair a seed of its own, the same on every start', () => {
    expect(drawn.map(({ seed }) => seed)).toEqual(drawn.map(({ prompt }) => 1000 + demoPrompts.indexOf(prompt)));
  });

  test('waits between batches for those who wait for an answer', async () => {
    const order: string[] = [];
    const stopping = new AbortController();
    const memory: DemoParts = {
      ...parts(),
      store: {
        knownIds: async () => new Set(),
        importPairs: async (batch) => {
          order.push(`import ${batch.length}`);
          return { imported: batch.length, skipped: 0 };
        },
      },
      embedder: {
        embedTexts: async (texts) => texts.map(() => new Float32Array(512)),
        embedImages: async (images) => images.map(() => new Float32Array(512)),
      },
      generator: {
        generate: async ({ width, height, seed }) => ({
          images: [{ bytes: new Uint8Array([seed % 256]), mediaType: 'image/webp', width, height, seed }],
          generator: 'dots',
          model: 'dots',
          notices: [],
        }),
      },
      signal: stopping.signal,
      whenIdle: async () => {
        order.push('idle');
        if (order.length > 4) stopping.abort();
      },
    };
    await expect(importDemoCorpus(memory)).rejects.toSatisfy(isAbort);
    expect(order.slice(0, 4)).toEqual(['import 40', 'idle', 'import 8', 'idle']);
  });

  test('does nothing for a corpus that is complete', async () => {
    const complete = {
      knownIds: async (ids: readonly string[]) => new Set(ids),
      importPairs: () => Promise.reject(new Error('imported again')),
    };
    const total = demoPrompts.length;
    expect(await importDemoCorpus({ ...parts(), store: complete })).toEqual({ done: total, total });
  });
});
