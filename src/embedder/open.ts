import path from 'node:path';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { packageRoot } from '../paths.ts';
import { bundledInstead, type Choice, chooseModel, hubAnswerMs, mismatch } from './choose.ts';
import { createClipEmbedder } from './clip.ts';
import { downloadModel } from './download.ts';
import type { Embedder } from './embedder.ts';
import { fingerprintOf, type ModelSetting, type ModelSource, modelName } from './model-name.ts';
import { readWeights, type Weights } from './weights.ts';

/** The folder of the weights that come with the program. */
export const bundledModel = path.join(packageRoot, 'models', 'tiny-clip');

export interface OpenEmbedderOptions {
  /** CLIP_MODEL, if set. */
  clipModel: string | undefined;
  /** Where that model was named, if not in CLIP_MODEL. */
  setting?: ModelSetting | undefined;
  /** `Embedder.model` of the embedder that the database was built with; undefined for a new database. */
  storedModel: string | undefined;
  hubUrl: string;
  /** Downloads go to `<dataDir>/models`. */
  dataDir: string;
  log: Logger;
  /** Models that run side by side (see src/embedder/clip.ts). */
  workers?: number | undefined;
  /** Stops a download; it goes on at the next start. */
  signal?: AbortSignal | undefined;
  /** How long the hub may take to answer before the bundled model is taken, ms. */
  choiceTimeout?: number | undefined;
  /** How long a download may stand still, ms. */
  downloadTimeout?: number | undefined;
  /** Wait before an interrupted download goes on, ms. */
  retryDelay?: number | undefined;
}

export interface OpenedEmbedder {
  embedder: Embedder;
  /** What people should know about the model, in one line; for the log and the page. */
  notice?: string | undefined;
}

/**
 * Chooses the model, downloads it if it has to, and starts it. The database must store `embedder.model` when it is new.
 * Throws BotError `model_mismatch`, `model_unavailable`, `invalid_settings`, `disk_full`, or `cancelled` when the signal aborts.
 */
export async function openEmbedder(options: OpenEmbedderOptions): Promise<OpenedEmbedder> {
  const { log } = options;
  const { model, notice, weights } = await bringModel(options);
  const name = identify(model, weights, options);
  const embedder = await createClipEmbedder({ model: name, weights, workers: options.workers });
  log.info({ model: name }, 'The embedding model is loaded');
  return { embedder, notice };
}

/** Chooses the model and downloads it if it has to, so that `openEmbedder` finds it; throws what that throws before it starts the model. */
export async function bringModel(options: OpenEmbedderOptions): Promise<Choice & { weights: Weights }> {
  const { clipModel, setting = 'CLIP_MODEL', storedModel, hubUrl, choiceTimeout = hubAnswerMs, log } = options;
  const modelsFolder = path.join(options.dataDir, 'models');
  const choice = await chooseModel({
    asked: clipModel,
    setting,
    stored: storedModel,
    hubUrl,
    modelsFolder,
    timeoutMs: choiceTimeout,
    log,
  });
  return bringWeights(choice, modelsFolder, options);
}

/** A new database that nobody chose a model for must not fail on a download: it gets the bundled model. */
async function bringWeights(
  choice: Choice,
  modelsFolder: string,
  options: OpenEmbedderOptions,
): Promise<Choice & { weights: Weights }> {
  try {
    return { ...choice, weights: await readWeights(await findFolder(choice.model, modelsFolder, options)) };
  } catch (error) {
    const mayFallBack = options.clipModel === undefined && options.storedModel === undefined;
    if (!mayFallBack || !(error instanceof BotError) || error.code !== 'model_unavailable') throw error;
    options.log.warn({ err: error }, 'The model could not be downloaded; the bundled one is used');
    const bundled = bundledInstead(options.hubUrl);
    return { ...bundled, weights: await readWeights(await findFolder(bundled.model, modelsFolder, options)) };
  }
}

async function findFolder(model: ModelSource, modelsFolder: string, options: OpenEmbedderOptions): Promise<string> {
  if (model.kind === 'tiny') return bundledModel;
  if (model.kind === 'folder') return model.folder;
  const { hubUrl, setting = 'CLIP_MODEL', log, signal, downloadTimeout: timeoutMs = 30_000, retryDelay } = options;
  return downloadModel({ hubUrl, id: model.id, setting, modelsFolder, log, signal, timeoutMs, retryDelay });
}

/** The weights' name. The same weights keep the name that the database knows, wherever they come from now. */
export function identify(
  model: ModelSource,
  weights: Weights,
  { clipModel, storedModel }: Pick<OpenEmbedderOptions, 'clipModel' | 'storedModel'>,
): string {
  const name = modelName(model, weights.fingerprint);
  if (storedModel === undefined) return name;
  if (fingerprintOf(storedModel) === weights.fingerprint) return storedModel;
  if (clipModel !== undefined) throw mismatch(storedModel, clipModel, name);
  throw new BotError(
    'model_mismatch',
    `This database was built with the model ${storedModel}, but what can be loaded now is ${name}: their vectors can't be mixed. Set CLIP_MODEL to a folder with the old weights, or move the database to the new ones with \`npm run reembed\`, which embeds everything anew.`,
  );
}
