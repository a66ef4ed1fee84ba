import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BotError, isDiskFull } from '../errors.ts';
import { type ImageFiles, imageKeyOf, imagePath, thumbnailPath, thumbnailSides } from './image-files.ts';

interface DiskOptions {
  /** Opens a new file for writing; a test hands in a device that is really full. */
  openNew?: (file: string) => Promise<FileHandle>;
}

/**
 * Image files in a local folder, each under its `imagePath`.
 * Bytes are written to a temporary name, synced and renamed, so a crash never leaves half a file under a key.
 */
export function createDiskImageFiles(folder: string, { openNew = openExclusive }: DiskOptions = {}): ImageFiles {
  const temporaryFolder = path.join(folder, 'incoming');
  makeFolder(temporaryFolder);
  removeLeftovers(temporaryFolder);

  async function store(file: string, bytes: Uint8Array): Promise<void> {
    const temporary = path.join(temporaryFolder, `${process.pid}-${randomUUID()}`);
    try {
      await writeSynced(temporary, bytes, openNew);
      await mkdir(path.dirname(file), { recursive: true });
      await rename(temporary, file);
      await syncFolder(path.dirname(file));
    } catch (cause) {
      await rm(temporary, { force: true });
      throw writeError(folder, cause);
    }
  }

  return {
    async put(bytes) {
      const key = imageKeyOf(bytes);
      const file = path.join(folder, imagePath(key));
      if (!(await exists(file))) await store(file, bytes);
      return key;
    },

    get: async (key) => read(path.join(folder, imagePath(key))),

    async remove(key) {
      // The original goes last: while it is there, removing it again finishes what a crash cut off.
      for (const side of thumbnailSides) await rm(path.join(folder, thumbnailPath(key, side)), { force: true });
      await rm(path.join(folder, imagePath(key)), { force: true });
    },

    putThumbnail: async (key, side, bytes) => store(path.join(folder, thumbnailPath(key, side)), bytes),

    getThumbnail: async (key, side) => read(path.join(folder, thumbnailPath(key, side))),
  };
}

async function read(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeSynced(file: string, bytes: Uint8Array, openNew: (file: string) => Promise<FileHandle>) {
  const handle = await openNew(file);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function openExclusive(file: string): Promise<FileHandle> {
  return open(file, 'wx');
}

/** A rename is durable only once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** Files of a process that still runs stay: a second start on the same folder must not break the first. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = Number.parseInt(name, 10);
    if (owner === process.pid || !isRunning(owner)) rmSync(path.join(folder, name), { force: true });
  }
}

function isRunning(processId: number): boolean {
  if (!Number.isSafeInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function writeError(folder: string, cause: unknown): BotError {
  if (isDiskFull(cause)) {
    return new BotError(
      'disk_full',
      `The disk of ${folder} is full, so the picture was not saved. Free some room and try again.`,
      { cause },
    );
  }
  return new BotError('internal', `Pictures can't be written to ${folder}. Check that it exists and is writable.`, {
    cause,
  });
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
