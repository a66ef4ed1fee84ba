import type { Random } from '../random.ts';
import { softened, unevenness } from './maps.ts';
import { close, eachPixel, edges, greys, lengthFor, luminance, open, type Pixels, towards } from './pixels.ts';

/** Pigment that runs: flat patches, dark rims, white paper with a tooth. */
export async function watercolor(pixels: Pixels, random: Random): Promise<Pixels> {
  const patches = await close(open(pixels).median(odd(lengthFor(pixels, 5))));
  const rims = await softened(edges(patches), pixels, 1.4);
  const wash = await unevenness(pixels, [30, 30], random);
  const tooth = await unevenness(pixels, [2, 2], random);
  return eachPixel(patches, (r, g, b, index) => {
    const paper = 0.42 + 0.12 * (wash[index] ?? 0.5);
    const rim = 1 - Math.min(0.36, (rims[index] ?? 0) / 900);
    const grain = 0.97 + 0.06 * (tooth[index] ?? 0.5);
    const shade = rim * grain;
    return [towards(r, 255, paper) * shade + 8, towards(g, 253, paper) * shade + 8, towards(b, 248, paper) * shade + 8];
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

/** Coloured pencil: dark outlines, slanting strokes that let the paper through. */
export async function pencil(pixels: Pixels, random: Random): Promise<Pixels> {
  const { width } = pixels;
  const lines = await softened(
    edges(await close(open(pixels).blur(Math.max(0.5, lengthFor(pixels, 0.9))))),
    pixels,
    0.6,
  );
  const tooth = await unevenness(pixels, [1.6, 1.6], random);
  const wander = await unevenness(pixels, [40, 40], random);
  const gap = Math.max(3, lengthFor(pixels, 5));
  return eachPixel(pixels, (r, g, b, index) => {
    const x = index % width;
    const y = Math.floor(index / width);
    const stroke = ((x + y + (wander[index] ?? 0) * gap * 3) % gap) / gap < 0.62 ? 0.86 : 0.46;
    const cover = stroke * (0.92 + 0.12 * (tooth[index] ?? 0.5));
    const line = 1 - Math.min(0.78, Math.max(0, ((lines[index] ?? 0) - 24) / 170));
    return [towards(252, r, cover) * line, towards(250, g, cover) * line, towards(244, b, cover) * line];
  });
}

/** Few flat, strong colours with thin dark outlines. */
export async function poster(pixels: Pixels): Promise<Pixels> {
  const flat = await close(open(pixels).median(odd(lengthFor(pixels, 3))));
  const lines = edges(flat);
  return eachPixel(flat, (r, g, b, index) => {
    const grey = luminance(r, g, b);
    const ink = 0.75 * Math.min(1, Math.max(0, ((lines[index] ?? 0) - 220) / 220));
    return [towards(level(r, grey), 24, ink), towards(level(g, grey), 18, ink), towards(level(b, grey), 34, ink)];
  });
}

/** Signs at night: strong colours with a bloom, violet shadows, lit outlines. */
export async function neon(pixels: Pixels): Promise<Pixels> {
  const lines = edges(pixels);
  const strong = eachPixel(pixels, (r, g, b, index) => {
    const grey = luminance(r, g, b);
    const lit = Math.min(1, (lines[index] ?? 0) / 420) * 0.4;
    const violet = 1 - grey / 255;
    return [
      towards(glaring(r, grey) + 34 * violet, 60 + r * 1.3, lit),
      towards(glaring(g, grey), 60 + g * 1.3, lit),
      towards(glaring(b, grey) + 74 * violet, 60 + b * 1.3, lit),
    ];
  });
  const bloom = await close(open(strong).blur(Math.max(0.5, lengthFor(pixels, 9))));
  return eachPixel(strong, (r, g, b, index) => {
    const at = index * 3;
    return [r + glow(bloom.data[at]), g + glow(bloom.data[at + 1]), b + glow(bloom.data[at + 2])];
  });
}

/** One of seven levels, more colourful than it was. */
function level(value: number, grey: number): number {
  const step = 255 / 6;
  return Math.round((towards(grey, value, 1.2) * 1.06 - 8) / step) * step;
}

function glaring(value: number, grey: number): number {
  return (towards(grey, value, 1.85) - 127.5) * 1.45 + 112;
}

function glow(blurred = 0): number {
  return Math.max(0, blurred - 90) * 0.42;
}

function odd(length: number): number {
  return Math.max(3, Math.round((length - 1) / 2) * 2 + 1);
}
