import sharp from 'sharp';
import type { Random } from '../random.ts';
import { lengthFor, type Pixels } from './pixels.ts';

/** A map of one value a pixel (0 to 255, more is cut), blurred by `at512` pixels of a 512-pixel picture. */
export async function softened(values: Float32Array, pixels: Pixels, at512: number): Promise<Uint8Array> {
  const { width, height } = pixels;
  // Converts and clamps; `from` with a function is ten times slower.
  const bytes = new Uint8Array(new Uint8ClampedArray(values).buffer);
  const picture = sharp(bytes, { raw: { width, height, channels: 1 } });
  return picture
    .blur(Math.max(0.5, lengthFor(pixels, at512)))
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

/** Smooth random unevenness, 0 to 1 a pixel, in patches of so many pixels of a 512-pixel picture: paper, washes, bristles. */
export async function unevenness(
  pixels: Pixels,
  [wide, tall]: readonly [wide: number, tall: number],
  random: Random,
): Promise<Float32Array> {
  const { width, height } = pixels;
  const columns = Math.ceil(width / Math.max(1, lengthFor(pixels, wide))) + 1;
  const rows = Math.ceil(height / Math.max(1, lengthFor(pixels, tall))) + 1;
  const seeds = new Uint8Array(columns * rows);
  for (let index = 0; index < seeds.length; index += 1) seeds[index] = random.integer(0, 255);
  const bytes = await sharp(seeds, { raw: { width: columns, height: rows, channels: 1 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  const shares = new Float32Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) shares[index] = (bytes[index] ?? 0) / 255;
  return shares;
}
