import { BotError } from '../errors.ts';
import { blurhashOf } from './blurhash.ts';
import { cleanCopy, openUpright } from './decode.ts';
import { exifWithComment } from './metadata/exif.ts';
import { withPngText } from './metadata/png-text.ts';
import { withWebpExif } from './metadata/webp.ts';
import { type PictureParameters, writeParameters } from './parameters.ts';
import { parametersKeyword, readProvenance } from './provenance.ts';

export interface EncodedPicture {
  bytes: Uint8Array;
  /** Pixels. */
  width: number;
  height: number;
}

/** Pixels; what CLIP sees is far smaller, and people look at it in the thread. */
const uploadSide = 1024;
// Less effort makes larger files; sharper colour edges (smartSubsample) win 4 dB above 46, and take four times as long.
const webp = { quality: 92, effort: 2 } as const;

/**
 * A picture of a backend as it is kept and shown: never the backend's own bytes, but what they show, encoded anew; PNG
 * stays lossless, anything else becomes WebP. It carries how it was made, with what the backend's own metadata knows better
 * (steps, sampler, guidance). The same picture and parameters give the same bytes. Throws BotError `generator_failed` for what is no picture.
 */
export async function encodeResult(
  made: Uint8Array,
  parameters: Omit<PictureParameters, 'width' | 'height'>,
): Promise<EncodedPicture & { blurhash: string }> {
  const { bytes, width, height, isPng } = await reencode(made);
  const own = await readProvenance(made);
  const sampling = {
    steps: own?.steps ?? parameters.steps,
    sampler: own?.sampler ?? parameters.sampler,
    guidance: own?.guidance ?? parameters.guidance,
  };
  const text = writeParameters({ ...parameters, ...sampling, width, height });
  const described = isPng
    ? withPngText(bytes, parametersKeyword, text)
    : withWebpExif(bytes, exifWithComment(text), { width, height });
  return { bytes: described, width, height, blurhash: await blurhashOf(bytes) };
}

/**
 * The copy that is kept of a picture somebody sent: decoded, upright, bounded, encoded anew; of its metadata only how it was
 * made remains. The same bytes give the same copy. Throws BotError `unsupported_image` or `too_large`.
 */
export async function encodeUpload(sent: Uint8Array): Promise<EncodedPicture> {
  const [copy, provenance] = await Promise.all([cleanCopy(sent, { maxSide: uploadSide }), readProvenance(sent)]);
  if (!provenance) return copy;
  return { ...copy, bytes: withWebpExif(copy.bytes, exifWithComment(writeParameters(provenance)), copy) };
}

async function reencode(made: Uint8Array): Promise<EncodedPicture & { isPng: boolean }> {
  try {
    const { picture, format } = await openUpright(made);
    const isPng = format === 'png';
    const encoding = isPng ? picture.png({ compressionLevel: 6 }) : picture.webp(webp);
    const { data, info } = await encoding.toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height, isPng };
  } catch (cause) {
    throw new BotError('generator_failed', 'The image server sent something that is no whole picture. Try again.', {
      cause,
    });
  }
}
