import { createHash } from 'node:crypto';
import sharp from 'sharp';

export interface Drawing {
  prompt: string;
  negativePrompt: string;
  seed: number;
  width: number;
  height: number;
  model: string;
  /** The picture to start from, and how far to leave it, 0 to 1. */
  source?: { bytes: Uint8Array; strength: number } | undefined;
}

/** A PNG in a colour that prompt, negative prompt, seed and model tell; with a source mixed into that, by the strength. */
export async function draw({ prompt, negativePrompt, seed, width, height, model, source }: Drawing): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = createHash('sha256')
    .update(JSON.stringify([prompt, negativePrompt, seed, model]))
    .digest();
  const plain = sharp({
    create: { width, height, channels: 4, background: { r, g, b, alpha: source?.strength ?? 1 } },
  });
  if (!source) return plain.removeAlpha().png({ compressionLevel: 1 }).toBuffer();
  const over = await plain.png({ compressionLevel: 1 }).toBuffer();
  return sharp(source.bytes)
    .resize({ width, height, fit: 'fill' })
    .removeAlpha()
    .composite([{ input: over }])
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer();
}
