import sharp, { type Sharp } from 'sharp';
import { BotError } from '../errors.ts';

/** Pictures above this many pixels are refused before they are decoded: a small file can claim 20,000 x 20,000. */
const maxPixels = 64_000_000;

const formats = new Map([
  ['jpeg', 'JPEG'],
  ['png', 'PNG'],
  ['webp', 'WebP'],
  ['gif', 'GIF'],
  ['heif', 'AVIF'],
  ['tiff', 'TIFF'],
]);

export interface RgbImage {
  /** 3 bytes a pixel, row by row. */
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * The picture as a person sees it: first frame, turned upright by its EXIF orientation, sRGB, transparency on white.
 * Throws BotError `unsupported_image` (not a picture, broken, SVG) or `too_large` (pixels).
 */
export async function decodeRgb(bytes: Uint8Array, options: { maxSide?: number } = {}): Promise<RgbImage> {
  const picture = await openPicture(bytes, options.maxSide);
  return readable(async () => {
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  });
}

/** A clean copy of a picture that somebody sent: decoded, upright, at most `maxSide` pixels wide and high, re-encoded as WebP, without metadata. */
export async function cleanCopy(
  bytes: Uint8Array,
  options: { maxSide: number },
): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const picture = await openPicture(bytes, options.maxSide);
  return readable(async () => {
    const { data, info } = await picture.webp({ quality: 90 }).toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height };
  });
}

/** A picture turned upright in sRGB, with its transparency, and its format's name in sharp's words. Throws as `decodeRgb`. */
export async function openUpright(bytes: Uint8Array): Promise<{ picture: Sharp; format: string }> {
  const input = { limitInputPixels: false, failOn: 'error', pages: 1 } as const;
  const { format, width, height } = await readable(() => sharp(bytes, input).metadata());
  if (!formats.has(format)) {
    throw new BotError(
      'unsupported_image',
      `Pictures of the type ${format.toUpperCase()} can't be used. Send one of ${[...formats.values()].join(', ')}.`,
    );
  }
  if (width * height > maxPixels) {
    throw new BotError(
      'too_large',
      `This picture has ${width} x ${height} pixels; up to ${maxPixels / 1e6} million work. Send a smaller copy.`,
    );
  }
  return { picture: sharp(bytes, input).autoOrient().toColourspace('srgb'), format };
}

async function openPicture(bytes: Uint8Array, maxSide: number | undefined): Promise<Sharp> {
  const { picture } = await openUpright(bytes);
  const opaque = picture.flatten({ background: '#ffffff' }).removeAlpha();
  return maxSide === undefined
    ? opaque
    : opaque.resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true });
}

async function readable<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    throw new BotError(
      'unsupported_image',
      "This file can't be read as a picture: it is damaged, cut off or not a picture. Send a JPEG, PNG, WebP or GIF.",
      { cause },
    );
  }
}
