import sharp, { type Sharp } from 'sharp';

/** A picture in the making: RGB, 3 bytes a pixel, row by row. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

type Colour = readonly [red: number, green: number, blue: number];

/** A pipeline over raw pixels. */
export function open({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export async function close(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Each pixel by itself; values outside 0 to 255 are clamped. A function made inside of `change` costs as much as all the rest. */
export function eachPixel(pixels: Pixels, change: (r: number, g: number, b: number, index: number) => Colour): Pixels {
  const { data, width, height } = pixels;
  const out = new Uint8ClampedArray(data.length);
  for (let index = 0, at = 0; index < width * height; index += 1, at += 3) {
    const [r, g, b] = change(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, index);
    out[at] = r;
    out[at + 1] = g;
    out[at + 2] = b;
  }
  return { data: new Uint8Array(out.buffer), width, height };
}

export function luminance(r: number, g: number, b: number): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

/** `share` (0 to 1) of the way from one value to another. */
export function towards(value: number, other: number, share: number): number {
  return value + (other - value) * share;
}

/** Luminance of every pixel, 0 to 255. */
export function greys({ data, width, height }: Pixels): Float32Array {
  const grey = new Float32Array(width * height);
  for (let index = 0, at = 0; index < grey.length; index += 1, at += 3) {
    grey[index] = luminance(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
  }
  return grey;
}

/** Strength of the edges (Sobel over all three channels, the strongest counts), 0 to about 1000. */
export function edges({ data, width, height }: Pixels): Float32Array {
  const strength = new Float32Array(width * height);
  const row = width * 3;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      let best = 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const at = y * row + x * 3 + channel;
        const [nw, n, ne] = [data[at - row - 3] ?? 0, data[at - row] ?? 0, data[at - row + 3] ?? 0];
        const [w, e] = [data[at - 3] ?? 0, data[at + 3] ?? 0];
        const [sw, s, se] = [data[at + row - 3] ?? 0, data[at + row] ?? 0, data[at + row + 3] ?? 0];
        const across = ne + 2 * e + se - nw - 2 * w - sw;
        const down = sw + 2 * s + se - nw - 2 * n - ne;
        best = Math.max(best, Math.abs(across) + Math.abs(down));
      }
      strength[y * width + x] = best;
    }
  }
  return strength;
}

/** Darkens towards the corners by up to `share`. */
export function vignette(pixels: Pixels, share: number): Pixels {
  const { width, height } = pixels;
  return eachPixel(pixels, (r, g, b, index) => {
    const x = (index % width) / width - 0.5;
    const y = Math.floor(index / width) / height - 0.5;
    const keep = 1 - share * Math.min(1, Math.max(0, (x * x + y * y) * 2.6 - 0.25));
    return [r * keep, g * keep, b * keep];
  });
}

/** Picture pixels for a length given for a picture of 512 pixels. */
export function lengthFor({ width, height }: Pixels, at512: number): number {
  return (at512 * Math.min(width, height)) / 512;
}
