import { BotError } from '../errors.ts';

/** Keeps picture bytes, keyed by their SHA-256 (64 hex digits): platform links expire, these do not. */
export interface ImageFiles {
  /** Returns the key; storing the same bytes twice is one file. Throws BotError `disk_full` when there is no room. */
  put(bytes: Uint8Array): Promise<string>;
  get(key: string): Promise<Uint8Array | undefined>;
  remove(key: string): Promise<void>;
}

export function isImageKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The bytes of kept pictures, in the order of their keys. Throws BotError `not_found` for one that is gone. */
export function readImages(files: ImageFiles, keys: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(
    keys.map(async (key) => {
      const bytes = await files.get(key);
      if (!bytes) throw new BotError('not_found', 'This picture is no longer kept here. Send it again.');
      return bytes;
    }),
  );
}
