import sharp from 'sharp';
import { BotError } from '../errors.ts';
import type { Size } from './generator.ts';

/**
 * The picture to start from as a PNG of exactly the size that is asked: scaled and cropped at its middle, since servers
 * would distort it or keep its size. Throws BotError `unsupported_image`.
 */
export async function fitSource(bytes: Uint8Array, { width, height }: Size): Promise<Uint8Array> {
  try {
    return await sharp(bytes)
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize({ width, height, fit: 'cover' })
      .png()
      .toBuffer();
  } catch (cause) {
    throw new BotError('unsupported_image', "The picture to start from can't be read. Send another one.", { cause });
  }
}
