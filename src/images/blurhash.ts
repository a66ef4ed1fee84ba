import { encode } from 'blurhash';
import sharp from 'sharp';

// Enough for 4 x 3 waves, and quick.
const side = 32;
const waves = { x: 4, y: 3 };

/** A picture's colours in 28 characters (https://blurha.sh), for a placeholder while it loads. */
export async function blurhashOf(picture: Uint8Array): Promise<string> {
  const { data, info } = await sharp(picture)
    .resize({ width: side, height: side, fit: 'fill', kernel: 'linear' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return encode(new Uint8ClampedArray(data), info.width, info.height, waves.x, waves.y);
}
