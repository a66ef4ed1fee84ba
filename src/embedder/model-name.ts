import { BotError } from '../errors.ts';

/** Where weights come from. */
export type ModelSource = { kind: 'tiny' } | { kind: 'folder'; folder: string } | { kind: 'hub'; id: string };

/** Where an operator names a model: what a message tells to correct. */
export const modelSettings = ['CLIP_MODEL', '--model'] as const;

export type ModelSetting = (typeof modelSettings)[number];

/** The model for a database that has none yet, when the hub can be reached. */
export const defaultHubModel = 'Xenova/clip-vit-base-patch32';

const tinyLabel = 'tiny-clip';
const folderLabel = 'folder';

/** Names weights for good: where they are from, and the fingerprint of their bytes. A folder's path is left out, since folders move. */
export function modelName(source: ModelSource, fingerprint: string): string {
  return `${labelOf(source)}@${fingerprint}`;
}

/** True of the bundled weights: they were trained on simple drawn scenes, and say little of other pictures. */
export function knowsDrawnScenesOnly(name: string): boolean {
  return name.startsWith(`${tinyLabel}@`);
}

/** True of weights from a folder, whose place only the operator knows. */
export function isOfFolder(name: string): boolean {
  return name.startsWith(`${folderLabel}@`);
}

/** The weights alone, whichever way they were named. */
export function fingerprintOf(name: string): string {
  return name.slice(name.lastIndexOf('@') + 1);
}

/** True when the source can be the one that a name was made from; only the fingerprint proves it. */
export function mayBe(source: ModelSource, name: string): boolean {
  return source.kind !== 'hub' || name.startsWith(`${source.id}@`);
}

/** A source for a stored name. Throws BotError `model_unavailable` for a folder, whose place only the operator knows. */
export function sourceOf(name: string): ModelSource {
  const label = name.slice(0, Math.max(0, name.lastIndexOf('@')));
  if (label === tinyLabel) return { kind: 'tiny' };
  if (label.includes('/')) return { kind: 'hub', id: label };
  throw new BotError(
    'model_unavailable',
    `This database was built with the model ${name}, which lay in a folder. Set CLIP_MODEL to the path of that folder, wherever it is now.`,
  );
}

function labelOf(source: ModelSource): string {
  if (source.kind === 'tiny') return tinyLabel;
  return source.kind === 'hub' ? source.id : folderLabel;
}
