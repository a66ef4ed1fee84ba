import { lineArt, neon, pencil, poster, watercolor } from './filters/drawn.ts';
import { oilPainting } from './filters/oil.ts';
import { eachPixel, type Pixels } from './filters/pixels.ts';
import {
  blackAndWhite,
  blur,
  cinematic,
  cool,
  dark,
  filmGrain,
  mosaic,
  pastel,
  pixelArt,
  sepia,
  vivid,
  warm,
} from './filters/tones.ts';
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
  // The background is painted out of focus (render.ts); here the lens lets light in.
  bokeh: (pixels) => eachPixel(pixels, (r, g, b) => [r * 0.87 + 32, g * 0.87 + 31, b * 0.87 + 30]),
  poster,
  pastel,
  dark,
  warm,
  cool,
  cinematic,
  vivid,
  mosaic,
};

/** Drawing comes before colouring, and grain and blocks last, whatever the order of the words. */
const order: readonly Treatment[] = [
  ...(['bokeh', 'blur', 'neon', 'watercolor', 'oil painting', 'poster', 'line art', 'pencil'] as const),
  ...([
    'vivid',
    'pastel',
    'dark',
    'warm',
    'cool',
    'cinematic',
    'black and white',
    'sepia',
    'mosaic',
    'pixel art',
    'film grain',
  ] as const),
];

/** Applies the treatments that a prompt asks for. */
export async function treat(pixels: Pixels, treatments: readonly Treatment[], random: Random): Promise<Pixels> {
  let current = pixels;
  // A film still is dim already.
  const wanted = treatments.includes('cinematic') ? treatments.filter((treatment) => treatment !== 'dark') : treatments;
  for (const treatment of order) {
    if (wanted.includes(treatment)) current = await filters[treatment](current, random);
  }
  return current;
}
