import path from 'node:path';
import sharp from 'sharp';
import type { Check } from '../doctor.ts';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { chooseModel, hubAnswerMs } from './choose.ts';
import { createClipEmbedder } from './clip.ts';
import { findDownloaded, sizeOfDownload } from './download.ts';
import type { Embedder } from './embedder.ts';
import type { ModelSource } from './model-name.ts';
import { bundledModel, identify } from './open.ts';
import { readWeights } from './weights.ts';

interface ModelCheck {
  clipModel: string | undefined;
  /** What the database was built with; undefined for a new one. */
  storedModel: string | undefined;
  hubUrl: string;
  dataDir: string;
  log: Logger;
}

const name = 'Embedding model';
const sizeMs = 10_000;
const bundledMeanwhile =
  'As it is, the next start makes the database with the small bundled model; `npm run reembed` moves it to another later.';

/** Whether the model that a start would take is the database's and runs here; one that is not here is only asked for at the hub. */
export async function checkModel(given: ModelCheck): Promise<Check[]> {
  const { clipModel: asked, storedModel: stored, hubUrl, dataDir, log } = given;
  const modelsFolder = path.join(dataDir, 'models');
  const choice = { asked, setting: 'CLIP_MODEL', stored, hubUrl, modelsFolder, timeoutMs: hubAnswerMs, log } as const;
  try {
    const { model, notice } = await chooseModel(choice);
    const doubts = notice ? [{ name, ok: true, isDoubtful: true, detail: notice }] : [];
    return [await checkChosen(model, modelsFolder, given), ...doubts];
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return [{ name, ok: false, detail: error.message }];
  }
}

async function checkChosen(model: ModelSource, modelsFolder: string, given: ModelCheck): Promise<Check> {
  if (model.kind !== 'hub') return tryOut(model, model.kind === 'tiny' ? bundledModel : model.folder, given);
  const folder = await findDownloaded(modelsFolder, model.id);
  return folder === undefined ? askHub(model.id, modelsFolder, given) : tryOut(model, folder, given);
}

async function askHub(id: string, modelsFolder: string, given: ModelCheck): Promise<Check> {
  const { hubUrl, clipModel, storedModel, log } = given;
  try {
    const bytes = await sizeOfDownload({ hubUrl, id, setting: 'CLIP_MODEL', modelsFolder, timeoutMs: sizeMs, log });
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    return { name, ok: true, detail: `${id} is not here yet: the next start downloads ${size} from ${hostOf(hubUrl)}` };
  } catch (error) {
    // A new database that nobody chose a model for gets the bundled one then.
    const isOptional = clipModel === undefined && storedModel === undefined;
    if (!isOptional || !(error instanceof BotError)) throw error;
    return { name, ok: true, isDoubtful: true, detail: `${error.message} ${bundledMeanwhile}` };
  }
}

function hostOf(url: string): string {
  return new URL(url).host;
}

async function tryOut(model: ModelSource, folder: string, given: ModelCheck): Promise<Check> {
  const weights = await readWeights(folder);
  const identified = identify(model, weights, given);
  const embedder = await createClipEmbedder({ model: identified, weights });
  try {
    const [text, picture] = [await timeText(embedder), await timePicture(embedder)];
    const detail = `${identified}, ${embedder.dimensions} dimensions, a text in ${text} ms, a picture in ${picture} ms`;
    return { name, ok: true, detail };
  } finally {
    await embedder.close();
  }
}

function timeText(embedder: Embedder): Promise<number> {
  return timed(() => embedder.embedTexts(['a red cat on a chair']));
}

/** The first one loads that half of the model. */
async function timePicture(embedder: Embedder): Promise<number> {
  const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  await embedder.embedImages([picture]);
  return timed(() => embedder.embedImages([picture]));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return Math.round(performance.now() - begun);
}
