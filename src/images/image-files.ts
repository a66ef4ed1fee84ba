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
