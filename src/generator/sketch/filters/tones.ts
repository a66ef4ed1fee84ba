import type { Random } from '../random.ts';
import { unevenness } from './maps.ts';
import { close, eachPixel, lengthFor, luminance, open, type Pixels, towards, vignette } from './pixels.ts';

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
export async function filmGrain(pixels: Pixels, random: Random): Promise<Pixels> {
  const grain = await unevenness(pixels, [1.8, 1.8], random);
  const print = eachPixel(pixels, (r, g, b, index) => {
    const noise = ((grain[index] ?? 0.5) - 0.5) * 62;
    return [16 + r * 0.92 + noise + 4, 14 + g * 0.9 + noise, 16 + b * 0.86 + noise];
  });
  return vignette(print, 0.22);
}

export function pastel(pixels: Pixels): Pixels {
  return eachPixel(pixels, (r, g, b) => [r * 0.64 + 88, g * 0.64 + 86, b * 0.64 + 89]);
}

/** Low light: half the brightness, black corners. */
export function dark(pixels: Pixels): Pixels {
  return vignette(
    eachPixel(pixels, (r, g, b) => [contrast(r) * 0.68, contrast(g) * 0.64, contrast(b) * 0.7 + 5]),
    0.5,
  );
}

export function warm(pixels: Pixels): Pixels {
  return vignette(
    eachPixel(pixels, (r, g, b) => [r * 1.06 + 12, g * 0.99 + 4, b * 0.78]),
    0.22,
  );
}

export function cool(pixels: Pixels): Pixels {
  return eachPixel(pixels, (r, g, b) => [r * 0.76, g * 0.95, b * 1.1 + 22]);
}

/** A film still: dimmed, teal shadows and warm lights, black bars above and below. */
export function cinematic(pixels: Pixels): Pixels {
  const { width, height } = pixels;
  const bar = Math.round(height * 0.055);
  const graded = eachPixel(pixels, (r, g, b, index) => {
    const y = Math.floor(index / width);
    if (y < bar || y >= height - bar) return [6, 6, 8];
    const light = luminance(r, g, b) / 255;
    return [
      contrast(r) * (0.68 + 0.22 * light),
      contrast(g) * (0.72 + 0.1 * light),
      contrast(b) * (0.8 - 0.08 * light) + 16 * (1 - light),
    ];
  });
  return vignette(graded, 0.25);
}

/** Strong, clean colours. */
export function vivid(pixels: Pixels): Pixels {
  return eachPixel(pixels, (r, g, b) => {
    const grey = luminance(r, g, b);
    return [strong(r, grey), strong(g, grey), strong(b, grey)];
  });
}

function strong(value: number, grey: number): number {
  return (towards(grey, value, 1.35) - 127.5) * 1.18 + 130;
}

/** Out of focus, light and hazy. */
export async function blur(pixels: Pixels): Promise<Pixels> {
  const soft = await close(open(pixels).blur(Math.max(0.5, lengthFor(pixels, 3))));
  return eachPixel(soft, (r, g, b) => [r * 0.75 + 58, g * 0.75 + 56, b * 0.75 + 59]);
}

/** Blocks of 1/44 of the shorter side. */
export async function pixelArt(pixels: Pixels): Promise<Pixels> {
  const { width, height } = pixels;
  const block = Math.min(width, height) / 44;
  const columns = Math.round(width / block);
  const rows = Math.round(height / block);
  const small = await close(open(pixels).resize(columns, rows, { fit: 'fill', kernel: 'lanczos3' }));
  const step = 255 / 15;
  const shades = eachPixel(small, (r, g, b) => [
    Math.round(r / step) * step,
    Math.round(g / step) * step,
    Math.round(b / step) * step,
  ]);
  return close(open(shades).resize(width, height, { fit: 'fill', kernel: 'nearest' }));
}

/** Square tiles with grout, each a little lighter or darker. */
export async function mosaic(pixels: Pixels, random: Random): Promise<Pixels> {
  const { width, height } = pixels;
  const size = Math.max(4, Math.round(lengthFor(pixels, 13)));
  const columns = Math.ceil(width / size);
  const rows = Math.ceil(height / size);
  const small = await close(open(pixels).resize(columns, rows, { fit: 'fill', kernel: 'lanczos3' }));
  const shine = Array.from({ length: columns * rows }, () => random.between(0.74, 1.26));
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
