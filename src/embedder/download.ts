import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { BotError, isAbort } from '../errors.ts';
import type { Logger } from '../log.ts';
import { describeHubFile, type HubFile, type HubOptions } from './hub.ts';
import { fetchFile, isCurrent, partSize } from './hub-file.ts';
import { showProgress } from './progress.ts';
import { hashFile, readWeights, weightFiles } from './weights.ts';

export interface DownloadOptions extends HubOptions {
  /** Models lie in `<modelsFolder>/<owner>/<name>`. */
  modelsFolder: string;
  log: Logger;
  /** Attempts for each file; every one goes on where the last stopped. */
  attempts?: number | undefined;
  /** Wait before the next attempt, ms. */
  retryDelay?: number | undefined;
}

/** The last file written: with it the folder is whole, and every file can be checked against it later. */
const manifestName = 'downloaded.json';

const manifestSchema = z.object({ commit: z.string().optional(), sha256: z.record(z.string(), z.string()) });

const wanted = Object.values(weightFiles('q8'));

export function modelFolder(modelsFolder: string, id: string): string {
  return path.join(modelsFolder, ...id.split('/'));
}

/** True when an earlier download of this model was finished. */
export function isDownloaded(modelsFolder: string, id: string): boolean {
  return existsSync(path.join(modelFolder(modelsFolder, id), manifestName));
}

/**
 * Brings a model's quantised weights from the hub, unless they are here already, whole and unharmed. Goes on with an interrupted download.
 * Returns the folder. Throws BotError `model_unavailable` or `disk_full`, or `cancelled` when the signal aborts.
 */
export async function downloadModel(options: DownloadOptions): Promise<string> {
  const folder = modelFolder(options.modelsFolder, options.id);
  if (await isUnharmed(folder)) return folder;
  try {
    await fetchAll(folder, options);
  } catch (cause) {
    throw explain(cause, options);
  }
  return folder;
}

/** The folder of a model whose download is finished and unharmed. Changes nothing. */
export async function findDownloaded(modelsFolder: string, id: string): Promise<string | undefined> {
  const folder = modelFolder(modelsFolder, id);
  return (await damagedFiles(folder))?.length === 0 ? folder : undefined;
}

/** How many bytes `downloadModel` would bring now. Writes nothing; throws what that throws. */
export async function sizeOfDownload(options: DownloadOptions): Promise<number> {
  try {
    const files = await describeAll({ ...options, attempts: 1 });
    const missing = await filesToFetch(files, modelFolder(options.modelsFolder, options.id));
    return totalSize(missing);
  } catch (cause) {
    throw explain(cause, options);
  }
}

function totalSize(files: readonly HubFile[]): number {
  return files.reduce((sum, file) => sum + (file.size ?? 0), 0);
}

async function isUnharmed(folder: string): Promise<boolean> {
  const damaged = await damagedFiles(folder);
  if (!damaged || damaged.length === 0) return damaged !== undefined;
  await Promise.all([...damaged, path.join(folder, manifestName)].map((target) => rm(target, { force: true })));
  return false;
}

/** What does not match the manifest; undefined for a folder without one: a download that was not finished. */
async function damagedFiles(folder: string): Promise<string[] | undefined> {
  const file = path.join(folder, manifestName);
  if (!existsSync(file)) return undefined;
  const manifest = manifestSchema.safeParse(
    await readFile(file, 'utf8')
      .then(JSON.parse)
      .catch(() => undefined),
  );
  const expected = manifest.data?.sha256 ?? {};
  const damaged: string[] = [];
  for (const name of wanted) {
    const target = path.join(folder, name);
    if (!existsSync(target) || (await hashFile(target)) !== expected[name]) damaged.push(target);
  }
  return damaged;
}

async function fetchAll(folder: string, options: DownloadOptions): Promise<void> {
  const files = await describeAll(options);
  const missing = await filesToFetch(files, folder);
  const parts = await Promise.all(missing.map((file) => partSize(path.join(folder, file.name), file)));
  const progress = showProgress({
    label: `the model ${options.id}`,
    totalBytes: totalSize(missing),
    doneBytes: parts.reduce((sum, size) => sum + size, 0),
    log: options.log,
  });
  try {
    for (const file of missing) {
      const target = path.join(folder, file.name);
      await persistently(options, () => fetchFile(file, target, { ...options, onBytes: progress.add }));
    }
  } finally {
    progress.stop();
  }
  await refuseNonsense(folder);
  await writeManifest(folder, files[0]?.commit);
}

/** A mirror that gives no digests may have sent anything; it must not stay for the next start. */
async function refuseNonsense(folder: string): Promise<void> {
  try {
    await readWeights(folder);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** Files that came before an interruption stay, if they are of the version that the hub has now. */
async function filesToFetch(files: readonly HubFile[], folder: string): Promise<HubFile[]> {
  const present = await Promise.all(files.map((file) => isCurrent(file, path.join(folder, file.name))));
  return files.filter((_, index) => !present[index]);
}

/** The first answer names the commit that all the others are asked for. */
async function describeAll(options: DownloadOptions): Promise<HubFile[]> {
  const [first, ...others] = wanted;
  const config = await persistently(options, () => describeHubFile(options, first ?? '', 'main'));
  const revision = config.commit ?? 'main';
  return [
    config,
    ...(await Promise.all(others.map((name) => persistently(options, () => describeHubFile(options, name, revision))))),
  ];
}

/** Tries again after what may pass by itself, such as a connection that broke. */
async function persistently<Value>(options: DownloadOptions, attempt: () => Promise<Value>): Promise<Value> {
  const { attempts = 5, retryDelay = 1_000, signal, log } = options;
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof BotError || signal?.aborted || failures === attempts) throw error;
      log.debug({ err: error }, 'The model download was interrupted and goes on');
      await delay(retryDelay * failures, undefined, { signal });
    }
  }
}

async function writeManifest(folder: string, commit: string | undefined): Promise<void> {
  const sha256: Record<string, string> = {};
  for (const name of wanted) sha256[name] = await hashFile(path.join(folder, name));
  await writeFile(path.join(folder, manifestName), JSON.stringify({ commit, sha256 }, null, 2));
}

function explain(cause: unknown, { id, hubUrl, setting, signal }: DownloadOptions): unknown {
  if (signal?.aborted || isAbort(cause)) return new BotError('cancelled', 'The model download was stopped.', { cause });
  if (cause instanceof BotError) return cause;
  return new BotError(
    'model_unavailable',
    `The model ${id} can't be downloaded from ${new URL(hubUrl).host}. Check the connection and start again: the download goes on where it stopped. Without a connection, give ${setting} a folder with the model, or tiny.`,
    { cause },
  );
}
