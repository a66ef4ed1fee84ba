import { statSync } from 'node:fs';
import path from 'node:path';
import { BotError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { isDownloaded } from './download.ts';
import { hubAnswers } from './hub.ts';
import { defaultHubModel, isOfFolder, type ModelSetting, type ModelSource, mayBe, sourceOf } from './model-name.ts';

export interface ChooseOptions {
  /** CLIP_MODEL: `tiny`, a folder or a hub id. */
  asked: string | undefined;
  /** Where it was asked for. */
  setting: ModelSetting;
  /** The name of the model that the database was built with. */
  stored: string | undefined;
  hubUrl: string;
  modelsFolder: string;
  /** How long the hub may take to answer, ms. */
  timeoutMs: number;
  log: Logger;
}

/** How long a start waits for the hub's answer to choose a new database's model, ms. */
export const hubAnswerMs = 3_000;

export interface Choice {
  model: ModelSource;
  /** What people should know about this choice, in one line. */
  notice?: string | undefined;
}

/**
 * Which model to use: the one asked for; else the database's own; else, for a new database, the hub's if it answers in time, or the bundled one.
 * Throws BotError `invalid_settings` (what was asked for is nothing), `model_mismatch` (it names another model than the database's)
 * or `model_unavailable` (the database's model lay in a folder that CLIP_MODEL does not name).
 */
export async function chooseModel(options: ChooseOptions): Promise<Choice> {
  const { asked, setting, stored, hubUrl, modelsFolder, timeoutMs, log } = options;
  if (asked !== undefined) {
    const model = parseAsked(asked, setting);
    if (stored !== undefined && !mayBe(model, stored)) throw mismatch(stored, asked);
    return { model };
  }
  if (stored !== undefined) {
    const model = sourceOf(stored);
    return model.kind === 'tiny' ? { model, notice: builtWithTiny } : { model };
  }
  const hub: ModelSource = { kind: 'hub', id: defaultHubModel };
  if (isDownloaded(modelsFolder, hub.id)) return { model: hub };
  if (await hubAnswers({ hubUrl, id: hub.id, timeoutMs })) return { model: hub };
  log.debug({ hubUrl, timeoutMs }, 'The model hub did not answer in time');
  return bundledInstead(hubUrl);
}

/** The bundled model for a new database, and why. */
export function bundledInstead(hubUrl: string): Choice {
  return { model: { kind: 'tiny' }, notice: `${new URL(hubUrl).host} can't be reached, so search uses ${tiny}` };
}

/** The error for vectors that must not meet in one database; it names both models and the way out. `name`: what `asked` turned out to be. */
export function mismatch(stored: string, asked: string, name?: string): BotError {
  const found = name === undefined ? asked : `${asked} (${name})`;
  const keep = isOfFolder(stored) ? 'set CLIP_MODEL to the folder of that model' : 'remove CLIP_MODEL';
  return new BotError(
    'model_mismatch',
    `This database was built with the model ${stored}, and CLIP_MODEL asks for ${found}: their vectors can't be mixed. To keep the database, ${keep}. To change the model, run \`npm run reembed -- --model ${asked}\`, which embeds everything anew.`,
  );
}

const tiny = `the small bundled model tiny-clip, which knows simple drawn scenes but no photographs. For CLIP ViT-B/32, run \`npm run reembed -- --model ${defaultHubModel}\`, or give it a folder with that model.`;

const builtWithTiny = `This database was built with ${tiny}`;

/** The same model in the words of any other working directory. Throws BotError `invalid_settings` when it is none. */
export function fromAnywhere(asked: string, setting: ModelSetting): string {
  const model = parseAsked(asked, setting);
  return model.kind === 'folder' ? model.folder : asked;
}

/** A folder wins over a hub id of the same spelling. */
function parseAsked(asked: string, setting: ModelSetting): ModelSource {
  if (asked === 'tiny') return { kind: 'tiny' };
  if (statSync(asked, { throwIfNoEntry: false })?.isDirectory()) return { kind: 'folder', folder: path.resolve(asked) };
  if (/^\w[\w.-]*\/\w[\w.-]*$/.test(asked)) return { kind: 'hub', id: asked };
  throw new BotError(
    'invalid_settings',
    `${setting} ${asked} is neither tiny, nor a folder that exists, nor a hub id such as ${defaultHubModel}. Correct it, or leave it out for the default.`,
  );
}
