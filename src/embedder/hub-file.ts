import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BotError, isDiskFull } from '../errors.ts';
import { type HubFile, type HubOptions, refusal } from './hub.ts';

export interface FetchOptions extends HubOptions {
  /** Bytes that arrived; negative when the file starts over. */
  onBytes(bytes: number): void;
}

/** Where a file's bytes wait until they are whole; the name holds its version, so that two never mix. */
function partPath(target: string, file: HubFile): string {
  return `${target}.${file.digest?.slice(0, 12) ?? 'unknown'}.part`;
}

/** Bytes of an earlier attempt that the next one goes on from. */
export async function partSize(target: string, file: HubFile): Promise<number> {
  const part = partPath(target, file);
  if (!isResumable(file) || !existsSync(part)) return 0;
  return (await stat(part)).size;
}

/**
 * One attempt to bring a file to `target`, going on where an earlier one stopped. It appears there only when its length and digest are right.
 * Throws BotError for what trying again can't help (`model_unavailable`, `disk_full`), a plain Error otherwise.
 */
export async function fetchFile(file: HubFile, target: string, options: FetchOptions): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const part = partPath(target, file);
  const have = await partSize(target, file);
  try {
    if (file.size === undefined || have < file.size) await receive(file, part, have, options);
    await check(file, part, have > 0, options);
    await rename(part, target);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw new BotError(
      'disk_full',
      `There is no room for the model ${options.id} in ${path.dirname(target)}. Free ${Math.ceil((file.size ?? 0) / 1e6)} MB and start again: the download goes on where it stopped.`,
      { cause: error },
    );
  }
}

function isResumable(file: HubFile): boolean {
  return file.size !== undefined && file.digest !== undefined;
}

async function receive(file: HubFile, part: string, have: number, options: FetchOptions): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`${file.name} stopped coming`)), options.timeoutMs);
  try {
    const response = await fetch(file.url, {
      headers: { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) },
      signal: options.signal ? AbortSignal.any([options.signal, stalled.signal]) : stalled.signal,
    });
    if (!response.ok || !response.body) throw refusal(options, file.name, response.status);
    const resumed = response.status === 206;
    if (!resumed) options.onBytes(-have);
    const writer = await open(part, resumed ? 'a' : 'w');
    try {
      for await (const chunk of response.body) {
        timer.refresh();
        await writer.write(chunk);
        options.onBytes(chunk.byteLength);
      }
    } finally {
      await writer.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A part that is too short stays for the next attempt; one that is wrong is thrown away, and is tried again if it was put together from pieces. */
async function check(file: HubFile, part: string, wasResumed: boolean, options: FetchOptions): Promise<void> {
  const { size } = await stat(part);
  if (file.size !== undefined && size < file.size)
    throw new Error(`${file.name} ended at ${size} of ${file.size} bytes`);
  if (size === (file.size ?? size) && (await hasDigest(part, size, file.digest))) return;
  await rm(part);
  options.onBytes(-size);
  if (wasResumed) throw new Error(`${file.name} was put together from pieces that do not fit`);
  throw new BotError(
    'model_unavailable',
    `${file.name} of the model ${options.id} arrives damaged from ${new URL(options.hubUrl).host}: its bytes are not those that the hub announced. Something in between changes them; check HF_ENDPOINT and any proxy.`,
  );
}

/** True when this file lies at `target` already, in this version and whole. */
export async function isCurrent(file: HubFile, target: string): Promise<boolean> {
  if (!existsSync(target) || !isResumable(file)) return false;
  const { size } = await stat(target);
  return size === file.size && (await hasDigest(target, size, file.digest));
}

/** Whether a file has the digest that the hub gave for it; nothing to compare counts as yes. */
async function hasDigest(file: string, size: number, digest: string | undefined): Promise<boolean> {
  if (digest === undefined) return true;
  const hash = digest.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex') === digest;
}
