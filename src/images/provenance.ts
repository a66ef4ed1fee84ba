import sharp from 'sharp';
import { cleanText } from '../command-options.ts';
import { readExifComment } from './metadata/exif.ts';
import { isPng, readPngText } from './metadata/png-text.ts';
import { type PictureParameters, readParameters } from './parameters.ts';

/** The keyword of PNG texts that A1111 chose. */
export const parametersKeyword = 'parameters';

/** More is no prompt that a person or a tool wrote. */
const maxTextBytes = 256 * 1024;
/** Characters; what /prompt takes. */
const longestPrompt = 4000;
const longestName = 200;

/**
 * What a picture says of how it was made, in A1111's convention; undefined where it says nothing (most platforms strip it).
 * It comes from a stranger's file: the texts are cleaned and bounded, and never more than text.
 */
export async function readProvenance(picture: Uint8Array): Promise<PictureParameters | undefined> {
  const text = await readParametersText(picture);
  const read = text === undefined ? undefined : readParameters(text);
  const prompt = shortened(read?.prompt, longestPrompt);
  if (!read || !prompt) return undefined;
  return {
    ...read,
    prompt,
    negativePrompt: shortened(read.negativePrompt, longestPrompt),
    sampler: shortened(read.sampler, longestName),
    model: shortened(read.model, longestName),
    generator: shortened(read.generator, longestName),
    generation: shortened(read.generation, longestName),
    parent: shortened(read.parent, longestName),
  };
}

async function readParametersText(picture: Uint8Array): Promise<string | undefined> {
  if (isPng(picture)) {
    const text = readPngText(picture, parametersKeyword, maxTextBytes);
    if (text !== undefined) return text;
  }
  try {
    const { exif } = await sharp(picture, { limitInputPixels: false }).metadata();
    return exif && readExifComment(exif, maxTextBytes);
  } catch {
    // What is no picture is refused where it is decoded, with its reason.
    return undefined;
  }
}

function shortened(text: string | undefined, length: number): string | undefined {
  return text === undefined ? undefined : cleanText(text.slice(0, length)).trim() || undefined;
}
