import sharp from 'sharp';

/** A PNG of one colour. */
export function flatPicture(width: number, height: number, background = '#336699'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}
