import type { Random } from '../random.ts';
import { close, eachPixel, lengthFor, luminance, open, type Pixels, vignette } from './pixels.ts';

/** A gentle S: darker darks, lighter lights; 0 to 255. */
function contrast(value: number): number {
  const share = value / 255;
  return 255 * (share * share * (3 - 2 * share) * 0.7 + share * 0.3);
}

export function blackAndWhite(pixels: Pixels): Pixels {
  return eachPixel(pixels, (r, g, b) => {
    const grey = contrast(luminance(r, g, b));
    return [grey, grey, grey];
  });
}

/** A faded brown print with dark corners. */
export function sepia(pixels: Pixels): Pixels {
  const print = eachPixel(pixels, (r, g, b) => {
    const grey = 30 + contrast(luminance(r, g, b)) * 0.82;
    return [grey * 1.07 + 10, grey * 0.88 + 4, grey * 0.65];
  });
  return vignette(print, 0.5);
}

/** Coarse grain, lifted blacks, warm lights. */
export function filmGrain(pixels: Pixels, random: Random): Pixels {
  const print = eachPixel(pixels, (r, g, b) => {
    const noise = (random.next() + random.next() + random.next() - 1.5) * 50;
    return [18 + r * 0.9 + noise + 5, 16 + g * 0.88 + noise, 20 + b * 0.82 + noise];
  });
  return vignette(print, 0.35);
}

export function pastel(pixels: Pixels): Pixels {
  return eachPixel(pixels, (r, g, b) => {
    const grey = luminance(r, g, b);
    const soft = (value: number) => (value * 1.05 - grey * 0.05) * 0.62 + 88;
    return [soft(r) + 4, soft(g), soft(b) + 3];
  });
}

/** Low light: deep shadows and black corners. */
export function dark(pixels: Pixels): Pixels {
  const dim = eachPixel(pixels, (r, g, b) => [(r / 255) ** 1.45 * 205, (g / 255) ** 1.5 * 195, (b / 255) ** 1.4 * 215]);
  return vignette(dim, 0.85);
}

export function warm(pixels: Pixels): Pixels {
  return vignette(
    eachPixel(pixels, (r, g, b) => [r * 1.06 + 12, g * 0.99 + 4, b * 0.78]),
    0.22,
  );
}

/** Teal shadows, clean lights and darker corners: a film still. */
export function cool(pixels: Pixels): Pixels {
  const graded = eachPixel(pixels, (r, g, b) => {
    const shade = 1 - luminance(r, g, b) / 255;
    return [contrast(r) * 0.94 - shade * 14, contrast(g) + shade * 4, contrast(b) * 0.98 + shade * 24];
  });
  return vignette(graded, 0.4);
}

/** Out of focus, with a glow. */
export async function blur(pixels: Pixels): Promise<Pixels> {
  const soft = await close(open(pixels).blur(Math.max(0.5, lengthFor(pixels, 6.5))));
  return eachPixel(soft, (r, g, b) => [r * 0.94 + 18, g * 0.94 + 17, b * 0.94 + 18]);
}

/** Blocks of 1/56 of the shorter side, in few shades. */
export async function pixelArt(pixels: Pixels): Promise<Pixels> {
  const { width, height } = pixels;
  const block = Math.min(width, height) / 56;
  const columns = Math.round(width / block);
  const rows = Math.round(height / block);
  const small = await close(open(pixels).resize(columns, rows, { fit: 'fill', kernel: 'lanczos3' }));
  const step = 255 / 7;
  const vivid = eachPixel(small, (r, g, b) => {
    const grey = luminance(r, g, b);
    const level = (value: number) => Math.round((grey + (value - grey) * 1.22) / step) * step;
    return [level(r), level(g), level(b)];
  });
  return close(open(vivid).resize(width, height, { fit: 'fill', kernel: 'nearest' }));
}

/** Square tiles with grout, each a little lighter or darker. */
export async function mosaic(pixels: Pixels, random: Random): Promise<Pixels> {
  const { width, height } = pixels;
  const size = Math.max(4, Math.round(lengthFor(pixels, 13)));
  const columns = Math.ceil(width / size);
  const rows = Math.ceil(height / size);
  const small = await close(open(pixels).resize(columns, rows, { fit: 'fill', kernel: 'lanczos3' }));
  const shine = Float32Array.from({ length: columns * rows }, () => random.between(0.88, 1.14));
  const grout = Math.max(1, Math.round(size / 9));
  return eachPixel(pixels, (_r, _g, _b, index) => {
    const x = index % width;
    const y = Math.floor(index / width);
    if (x % size < grout || y % size < grout) return [58, 54, 58];
    const tile = Math.floor(y / size) * columns + Math.floor(x / size);
    const light = shine[tile] ?? 1;
    const at = tile * 3;
    return [(small.data[at] ?? 0) * light, (small.data[at + 1] ?? 0) * light, (small.data[at + 2] ?? 0) * light];
  });
}
