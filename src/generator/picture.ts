import sharp from 'sharp';
import { decodeRgb } from '../images/decode.ts';
import { GeneratorFault } from './fault.ts';
import type { GeneratedImage } from './generator.ts';

type Picture = Omit<GeneratedImage, 'seed'>;

const mediaTypes = new Map<string, GeneratedImage['mediaType']>([
  ['png', 'image/png'],
  ['webp', 'image/webp'],
  ['jpeg', 'image/jpeg'],
]);

/**
 * What a server sent, proven to be a whole picture by decoding it, with its real size (pixels) and type.
 * `sender` starts the message. Throws GeneratorFault: no picture, damaged, cut off, or another format.
 */
export async function readPicture(bytes: Uint8Array, sender: string): Promise<Picture> {
  const { width, height } = await decodeRgb(bytes).catch((cause: unknown) => {
    throw unusable(sender, cause);
  });
  const { format } = await sharp(bytes).metadata();
  const mediaType = mediaTypes.get(format);
  if (!mediaType) throw unusable(sender, new Error(`a picture of the type ${format}`));
  return { bytes, mediaType, width, height };
}

/** As `readPicture`, from base64 or a `data:` address. */
export function readBase64Picture(text: string, sender: string): Promise<Picture> {
  return readPicture(fromBase64(text), sender);
}

export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64');
}

function unusable(sender: string, cause: unknown): GeneratorFault {
  const what = `${sender} sent something that is no whole PNG, JPEG or WebP picture.`;
  return new GeneratorFault(`${what} Try again.`, { cause, forOperator: `${what} Its own log says why.` });
}
