import { lineArt, neon, pencil, poster, watercolor } from './filters/drawn.ts';
import { oilPainting } from './filters/oil.ts';
import { type Pixels, vignette } from './filters/pixels.ts';
import { blackAndWhite, blur, cool, dark, filmGrain, mosaic, pastel, pixelArt, sepia, warm } from './filters/tones.ts';
import type { Random } from './random.ts';
import type { Treatment } from './words.ts';

type Filter = (pixels: Pixels, random: Random) => Pixels | Promise<Pixels>;

const filters: Readonly<Record<Treatment, Filter>> = {
  'black and white': blackAndWhite,
  sepia,
  'pixel art': pixelArt,
  watercolor,
  'oil painting': oilPainting,
  'line art': lineArt,
  pencil,
  'film grain': filmGrain,
  neon,
  blur,
  // The background is painted out of focus (render.ts); here only the lens darkens the corners.
  bokeh: (pixels) => vignette(pixels, 0.3),
  poster,
  pastel,
  dark,
  warm,
  cool,
  mosaic,
};

/** Drawing comes before colouring, and grain and blocks last, whatever the order of the words. */
const order: readonly Treatment[] = [
  ...(['bokeh', 'blur', 'neon', 'watercolor', 'oil painting', 'poster', 'line art', 'pencil'] as const),
  ...(['pastel', 'dark', 'warm', 'cool', 'black and white', 'sepia', 'mosaic', 'pixel art', 'film grain'] as const),
];

/** Applies the treatments that a prompt asks for. */
export async function treat(pixels: Pixels, treatments: readonly Treatment[], random: Random): Promise<Pixels> {
  let current = pixels;
  for (const treatment of order) {
    if (treatments.includes(treatment)) current = await filters[treatment](current, random);
  }
  return current;
}
