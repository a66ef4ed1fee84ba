import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BotError, isDiskFull } from '../errors.ts';
import { type ImageFiles, isImageKey } from './image-files.ts';

interface DiskOptions {
  /** Opens a new file for writing; a test hands in a device that is really full. */
  openNew?: (file: string) => Promise<FileHandle>;
}

/**
 * Image files in a local folder, as `ab/cd/abcd…`: two levels keep folders small at millions of files.
 * Bytes are written to a temporary name, synced and renamed, so a crash never leaves half a file under a key.
 */
export function createDiskImageFiles(folder: string, { openNew = openExclusive }: DiskOptions = {}): ImageFiles {
  const temporaryFolder = path.join(folder, 'incoming');
  makeFolder(temporaryFolder);
  removeLeftovers(temporaryFolder);

  return {
    async put(bytes) {
      const key = createHash('sha256').update(bytes).digest('hex');
      const file = fileOf(folder, key);
      if (await exists(file)) return key;
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
      return key;
    },

    async get(key) {
      try {
        return await readFile(fileOf(folder, key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async remove(key) {
      await rm(fileOf(folder, key), { force: true });
    },
  };
}

function fileOf(folder: string, key: string): string {
  if (!isImageKey(key)) throw new BotError('invalid_input', 'A picture is named by its key of 64 hex digits.');
  return path.join(folder, key.slice(0, 2), key.slice(2, 4), key);
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
