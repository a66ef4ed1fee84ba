import sharp from 'sharp';
import { BotError } from '../../../src/errors.ts';

const extensions = new Map([
  ['png', 'png'],
  ['webp', 'webp'],
  ['jpeg', 'jpg'],
  ['gif', 'gif'],
]);
const thumbnailSide = 320;
const qualities = [90, 80, 65];
const smallestSide = 128;

export interface FittedPicture {
  bytes: Uint8Array;
  extension: string;
}

/** The picture as it is when it fits, or else re-encoded, and at last smaller, until it does. Throws BotError `too_large` when nothing helps. */
export async function fitPicture(bytes: Uint8Array, maxBytes: number): Promise<FittedPicture> {
  const { format, width, height } = await sharp(bytes).metadata();
  const extension = extensions.get(format);
  if (extension && bytes.length <= maxBytes) return { bytes, extension };
  for (let side = Math.max(width, height); side >= smallestSide; side = Math.floor(side * 0.7)) {
    for (const quality of qualities) {
      const smaller = await sharp(bytes)
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .webp({ quality })
        .toBuffer();
      if (smaller.length <= maxBytes) return { bytes: smaller, extension: 'webp' };
    }
  }
  throw new BotError('too_large', 'This picture can not be made small enough for Discord.');
}

/** A small copy, for a neighbour's embed. */
export function thumbnail(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes)
    .resize({ width: thumbnailSide, height: thumbnailSide, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80 })
    .toBuffer();
}
