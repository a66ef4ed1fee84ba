import sharp from 'sharp';

const side = 384;

/** A small JPEG of a large preview; undefined where it is no picture, since a run needs none. */
export async function smallPreview(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return sharp(bytes)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 70 })
    .toBuffer()
    .catch(() => undefined);
}
