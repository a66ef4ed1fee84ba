import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import type { Embedding } from '../src/embedder/embedder.ts';
import { openEmbedder } from '../src/embedder/open.ts';
import { createPromptCleaner } from '../src/generator/clean-prompt.ts';
import type { GeneratedImage } from '../src/generator/generator.ts';
import { createSketchGenerator } from '../src/generator/sketch.ts';
import { createDiskImageFiles } from '../src/images/disk.ts';
import { createGate } from '../src/moderation/gate.ts';
import { createWordModerator } from '../src/moderation/words.ts';
import { createOutbox } from '../src/outbox.ts';
import { createOutboxModel } from '../src/outbox-model.ts';
import { createPipeline } from '../src/pipeline.ts';
import { createNeighboursRefiner } from '../src/refiner/neighbours.ts';
import type { RunContext } from '../src/run.ts';
import { createSearch } from '../src/search.ts';
import { createCalibration } from '../src/similarity.ts';
import { openState } from '../src/state.ts';
import { openDatabase } from '../src/store/database.ts';
import type { CorpusRow, PromptStore } from '../src/store/store.ts';

const log = pino({ level: 'silent' });
const batchSize = 2000;

/** The real flow on a new data folder: chDB with so many rows, the bundled model, the neighbours refiner, and a backend that hands back one ready picture, at once. */
export async function openFlow(rows: number) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bench-flow-'));
  const state = openState(path.join(dataDir, 'state'));
  const database = await openDatabase({ dataDir, clickhouseUrl: undefined, log });
  const { embedder } = await openEmbedder({
    clipModel: 'tiny',
    storedModel: undefined,
    hubUrl: 'http://127.0.0.1:9',
    dataDir,
    log,
  });
  const store = await database.store({ name: embedder.model, dimensions: embedder.dimensions });
  const idle = megabytes();
  await fill(store, rows, (texts) => embedder.embedTexts(texts));
  const images = createDiskImageFiles(path.join(dataDir, 'images'));
  const target = { store, model: createOutboxModel(embedder, images) };
  const outbox = createOutbox({ state, within: (work) => work(target), log });
  const calibration = createCalibration(await store.sampleCosines());
  const search = createSearch({ embedder, store, outbox, calibration: () => calibration });
  const ready = await readyPicture();
  const generator = {
    name: 'none',
    model: 'none',
    limits: {
      maxCount: 1,
      minSide: 512,
      maxSide: 1024,
      sideMultiple: 64,
      hasSeed: true,
      hasNegativePrompt: true,
      hasSource: false,
    },
    models: async () => ['none'],
    generate: async () => ({ images: [ready], generator: 'none', model: 'none', notices: [] }),
  };
  const refiner = createNeighboursRefiner();
  const cleanPrompt = createPromptCleaner({ allowLora: false });
  const gate = createGate({ words: createWordModerator([], log), policy: 'restricted', log });
  const parts = { embedder, search, refiner, generator, images, outbox, gate, cleanPrompt };
  const pipeline = createPipeline({ ...parts, calibration: () => calibration });

  return {
    dataDir,
    state,
    outbox,
    pipeline,
    idle,
    async close() {
      await outbox.close();
      await embedder.close();
      await store.close();
      await state.close();
    },
  };
}

/** A sketch as image servers send theirs. */
async function readyPicture(): Promise<GeneratedImage> {
  const size = { width: 768, height: 768 };
  const { images } = await createSketchGenerator().generate({ prompt: sentence(0), count: 1, seed: 1, ...size });
  const bytes = await sharp(images[0]?.bytes).png().toBuffer();
  return { bytes, mediaType: 'image/png', seed: 1, ...size };
}

async function fill(store: PromptStore, rows: number, embed: (texts: string[]) => Promise<Embedding[]>) {
  for (let from = 0; from < rows; from += batchSize) {
    const texts = Array.from({ length: Math.min(batchSize, rows - from) }, (_, i) => sentence(from + i));
    const vectors = await embed(texts);
    await store.importPairs(texts.map((prompt, i) => row(from + i, prompt, vectors[i])));
  }
}

function row(index: number, prompt: string, promptVector: Embedding = new Float32Array()): CorpusRow {
  return { id: `row-${index}`, prompt, url: '', width: 512, height: 512, sourceSite: 'bench', promptVector };
}

const subjects =
  'cat dog castle dragon robot lighthouse forest city rocket whale teapot violin tiger bridge garden ship'.split(' ');
const places = 'on a sofa,by the sea,in the mountains,at night,under water,in the snow,on the moon,in a market'.split(
  ',',
);
const mediums = 'watercolor,oil painting,photograph,pixel art,line art,3d render,charcoal sketch,poster'.split(',');
const lights = 'golden hour,soft light,neon glow,studio lighting,moonlight,overcast,rim light,candlelight'.split(',');

/** One of 8,192 prompts and a number that tells equal ones apart. */
export function sentence(index: number): string {
  const pick = (list: readonly string[], divisor: number) => list[Math.floor(index / divisor) % list.length];
  return `a ${pick(subjects, 1)} ${pick(places, 16)}, ${pick(mediums, 128)}, ${pick(lights, 1024)}, number ${index}`;
}

export function quietContext(): RunContext {
  return {
    signal: new AbortController().signal,
    log,
    step: (_name, run) => run(),
    progress: () => undefined,
    found: async () => undefined,
    refined: async () => undefined,
    adultPlace: async () => ({ isFor: false, remedy: '' }),
  };
}

export function megabytes(): number {
  return Math.round(process.memoryUsage().rss / 1024 / 1024);
}
