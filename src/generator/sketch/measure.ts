import sharp from 'sharp';

/** A drawing's own extent in its 128 x 128 square, as shares of the side. */
export interface Extent {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Pixels of the measured square: an extent is exact to 1/64. */
const size = 64;

/** Alpha above which a pixel counts, of 255: the faint ends of glows do not. */
const visible = 24;

/** The part of its square that an icon drawing covers; the whole square for an empty one. */
export async function measureExtent(body: string): Promise<Extent> {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}" viewBox="0 0 128 128">${body}</svg>`;
  const alpha = await sharp(Buffer.from(picture)).ensureAlpha().extractChannel('alpha').raw().toBuffer();
  let [left, top, right, bottom] = [size, size, 0, 0];
  alpha.forEach((value, index) => {
    if (value < visible) return;
    const x = index % size;
    const y = Math.floor(index / size);
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  });
  if (right <= left || bottom <= top) return { left: 0, top: 0, width: 1, height: 1 };
  return { left: left / size, top: top / size, width: (right - left) / size, height: (bottom - top) / size };
}
