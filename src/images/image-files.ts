import { createHash } from 'node:crypto';
import { BotError } from '../errors.ts';

/** Sides that a thumbnail can have, in pixels. */
export const thumbnailSides = [96, 192, 384, 768] as const;

export type ThumbnailSide = (typeof thumbnailSides)[number];

/**
 * Keeps picture bytes, keyed by their SHA-256 (64 hex digits): platform links expire, these do not.
 * Everything throws BotError `invalid_input` for a key of another form.
 */
export interface ImageFiles {
  /** Returns the key; storing the same bytes twice is one file. Throws BotError `disk_full` when there is no room. */
  put(bytes: Uint8Array, options?: CallOptions): Promise<string>;
  get(key: string, options?: CallOptions): Promise<Uint8Array | undefined>;
  /** Removes the picture with its thumbnails. */
  remove(key: string): Promise<void>;
  /** A small copy of a kept picture, stored beside it (src/images/thumbnails.ts). */
  putThumbnail(key: string, side: ThumbnailSide, bytes: Uint8Array): Promise<void>;
  getThumbnail(key: string, side: ThumbnailSide): Promise<Uint8Array | undefined>;
}

interface CallOptions {
  signal?: AbortSignal | undefined;
}

export function imageKeyOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function isImageKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Where a picture is kept, below a folder or a prefix: `ab/cd/abcd…`, two levels, so that folders stay small at millions of files. */
export function imagePath(key: string): string {
  if (!isImageKey(key)) throw new BotError('invalid_input', 'A picture is named by its key of 64 hex digits.');
  return `${key.slice(0, 2)}/${key.slice(2, 4)}/${key}`;
}

export function thumbnailPath(key: string, side: ThumbnailSide): string {
  return `${imagePath(key)}.${side}`;
}

/** The bytes of kept pictures, in the order of their keys. Throws BotError `not_found` for one that is gone. */
export function readImages(
  files: Pick<ImageFiles, 'get'>,
  keys: readonly string[],
  options?: CallOptions,
): Promise<Uint8Array[]> {
  return Promise.all(
    keys.map(async (key) => {
      const bytes = await files.get(key, options);
      if (!bytes) throw new BotError('not_found', 'This picture is no longer kept here. Send it again.');
      return bytes;
    }),
  );
}
