import sharp from 'sharp';
import type { Canvas, Composition } from './compose.ts';
import { close, type Pixels } from './filters/pixels.ts';
import { treat } from './filters.ts';
import { sketchMark } from './mark.ts';
import { createRandom } from './random.ts';
import { number } from './svg.ts';
import type { Treatment } from './words.ts';

/** No metadata, no times: the same pixels are the same bytes. */
const webp = { quality: 92, effort: 2, smartSubsample: true } as const;

/** A composition as WebP: drawn, treated, and marked as a sketch last, so that no treatment hides the mark. */
export async function render(
  composition: Composition,
  canvas: Canvas,
  treatments: readonly Treatment[],
): Promise<Uint8Array> {
  const drawn = await rasterise(composition, canvas, treatments.includes('bokeh'));
  const { data, width, height } = await treat(drawn, treatments, createRandom(`treatment ${canvas.seed}`));
  const mark = svg(sketchMark(composition.width, composition.height), composition, canvas);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: mark }])
    .webp(webp)
    .toBuffer();
}

async function rasterise(composition: Composition, canvas: Canvas, isBackgroundSoft: boolean): Promise<Pixels> {
  const { background, foreground } = composition;
  if (!isBackgroundSoft) return close(sharp(svg(background + foreground, composition, canvas)));
  const soft = sharp(svg(background, composition, canvas)).blur(Math.min(canvas.width, canvas.height) / 60);
  const { data, info } = await soft.flatten().raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return close(sharp(data, { raw }).composite([{ input: svg(foreground, composition, canvas) }]));
}

function svg(content: string, units: { width: number; height: number }, { width, height }: Canvas): Buffer {
  const names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  const box = `viewBox="0 0 ${number(units.width)} ${number(units.height)}" preserveAspectRatio="none"`;
  return Buffer.from(`<svg ${names} width="${width}" height="${height}" ${box}>${content}</svg>`);
}
