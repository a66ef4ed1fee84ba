import { encodeUpload } from './images/encode.ts';
import type { ImageFiles } from './images/image-files.ts';
import type { Outbox } from './outbox.ts';
import type { Upload } from './store/store.ts';

interface UploadParts {
  images: ImageFiles;
  outbox: Outbox;
}

/**
 * Keeps a clean copy of a picture that somebody sent, and records whose it is, so that it can be forgotten.
 * Throws BotErrors for what is no usable picture.
 */
export async function keepUpload(
  { images, outbox }: UploadParts,
  bytes: Uint8Array,
  owner: Omit<Upload, 'key'>,
): Promise<{ key: string }> {
  const copy = await encodeUpload(bytes);
  const key = await images.put(copy.bytes);
  await outbox.add({ kind: 'upload', upload: { ...owner, key } });
  return { key };
}
