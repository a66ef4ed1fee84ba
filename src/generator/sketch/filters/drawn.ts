import type { Random } from '../random.ts';
import { softened, unevenness } from './maps.ts';
import { close, eachPixel, edges, greys, lengthFor, luminance, open, type Pixels } from './pixels.ts';

/** Pigment that runs: flat patches, dark rims, white paper with a tooth. */
export async function watercolor(pixels: Pixels, random: Random): Promise<Pixels> {
  const patches = await close(open(pixels).median(odd(lengthFor(pixels, 7))));
  const rims = await softened(edges(patches), pixels, 1.4);
  const [wash, tooth] = [await unevenness(pixels, [30, 30], random), await unevenness(pixels, [2, 2], random)];
  return eachPixel(patches, (r, g, b, index) => {
    const paper = 0.2 + 0.26 * (wash[index] ?? 0.5);
    const rim = 1 - Math.min(0.42, (rims[index] ?? 0) / 900);
    const grain = 0.96 + 0.07 * (tooth[index] ?? 0.5);
    const tint = (value: number, white: number) => (value * (1 - paper) + white * paper) * rim * grain + 10;
    return [tint(r, 255), tint(g, 252), tint(b, 244)];
  });
}

/** Ink outlines on paper. */
export async function lineArt(pixels: Pixels): Promise<Pixels> {
  const soft = await close(open(pixels).blur(Math.max(0.5, lengthFor(pixels, 1.1))));
  const lines = await softened(edges(soft), pixels, 0.7);
  const grey = greys(soft);
  return eachPixel(pixels, (_r, _g, _b, index) => {
    const ink = Math.min(1, Math.max(0, ((lines[index] ?? 0) - 34) / 90));
    const paper = (grey[index] ?? 255) < 62 ? 96 : 252;
    const value = paper * (1 - ink) + 22 * ink;
    return [value, value * 0.995, value * 0.975];
  });
}

/** Graphite: colour dodge over the blurred negative, with slanting hatches in the shade. */
export async function pencil(pixels: Pixels, random: Random): Promise<Pixels> {
  const { width } = pixels;
  const soft = greys(await close(open(pixels).blur(Math.max(0.5, lengthFor(pixels, 5)))));
  const grey = greys(pixels);
  const tooth = await unevenness(pixels, [1.6, 1.6], random);
  const gap = Math.max(3, lengthFor(pixels, 6));
  return eachPixel(pixels, (_r, _g, _b, index) => {
    const dodge = Math.min(1, (grey[index] ?? 0) / Math.max(8, soft[index] ?? 8));
    const x = index % width;
    const y = Math.floor(index / width);
    const hatch = ((x + y) % gap) / gap < 0.42 ? 1 : 0.35;
    const shade = (1 - (grey[index] ?? 0) / 255) * 0.55 * hatch;
    const value = 247 * dodge ** 2.2 * (1 - shade) * (0.95 + 0.1 * (tooth[index] ?? 0.5));
    return [value, value * 0.99, value * 0.965];
  });
}

/** Few flat colours with dark outlines. */
export async function poster(pixels: Pixels): Promise<Pixels> {
  const flat = await close(open(pixels).median(odd(lengthFor(pixels, 5))));
  const lines = edges(flat);
  const step = 255 / 4;
  return eachPixel(flat, (r, g, b, index) => {
    const grey = luminance(r, g, b);
    const level = (value: number) => Math.round((grey + (value - grey) * 1.55) / step) * step;
    const ink = Math.min(1, Math.max(0, ((lines[index] ?? 0) - 150) / 160));
    return [level(r) * (1 - ink) + 24 * ink, level(g) * (1 - ink) + 18 * ink, level(b) * (1 - ink) + 34 * ink];
  });
}

/** Glowing outlines in the colours of what they outline, on near black. */
export async function neon(pixels: Pixels): Promise<Pixels> {
  const strength = edges(pixels);
  const lines = eachPixel(pixels, (r, g, b, index) => {
    const force = Math.min(1, (strength[index] ?? 0) / 330);
    const high = Math.max(r, g, b, 1);
    const low = Math.min(r, g, b);
    const pure = (value: number) => (255 * (value - low * 0.85)) / Math.max(40, high - low * 0.85);
    return [(pure(r) + 34) * force, pure(g) * force, (pure(b) + 46) * force];
  });
  const glow = await close(open(lines).blur(Math.max(0.5, lengthFor(pixels, 6))));
  return eachPixel(lines, (r, g, b, index) => {
    const at = index * 3;
    const dim = (value: number | undefined) => (value ?? 0) * 0.17;
    return [
      r * 0.9 + (glow.data[at] ?? 0) * 1.5 + dim(pixels.data[at]) + 8,
      g * 0.9 + (glow.data[at + 1] ?? 0) * 1.5 + dim(pixels.data[at + 1]),
      b * 0.9 + (glow.data[at + 2] ?? 0) * 1.6 + dim(pixels.data[at + 2]) + 22,
    ];
  });
}

function odd(length: number): number {
  return Math.max(3, Math.round((length - 1) / 2) * 2 + 1);
}
