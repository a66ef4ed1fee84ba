import type { Random } from '../random.ts';
import { unevenness } from './maps.ts';
import { close, eachPixel, greys, lengthFor, open, type Pixels, towards } from './pixels.ts';

/** Longest side the strokes are painted at: beyond it the same strokes are enlarged. */
const paintedSide = 400;

/** Thick strokes: Kuwahara's filter (1976), which flattens patches and keeps edges, lit from the upper left. */
export async function oilPainting(pixels: Pixels, random: Random): Promise<Pixels> {
  const { width, height } = pixels;
  const small = await close(
    open(pixels).resize({ width: paintedSide, height: paintedSide, fit: 'inside', withoutEnlargement: true }),
  );
  const strokes = kuwahara(small, Math.max(2, Math.round(lengthFor(small, 5))));
  const large = await close(open(strokes).resize(width, height, { fit: 'fill', kernel: 'cubic' }));
  const bristles = await unevenness(large, [26, 5], random);
  const grey = greys(large);
  return eachPixel(large, (r, g, b, index) => {
    const relief = (grey[index] ?? 0) - (grey[index - width - 1] ?? grey[index] ?? 0);
    const light = 1 + relief * 0.004 + ((bristles[index] ?? 0.5) - 0.5) * 0.06;
    const mean = (r + g + b) / 3;
    return [towards(mean, r, 1.25) * light + 3, towards(mean, g, 1.25) * light, towards(mean, b, 1.25) * light - 5];
  });
}

/** Each pixel takes the mean of the calmest of its four quadrants. */
function kuwahara(pixels: Pixels, radius: number): Pixels {
  const { data, width, height } = pixels;
  const grey = greys(pixels);
  const channel = (offset: number) => createTable(width, height, (index) => data[index * 3 + offset] ?? 0);
  const colours = [channel(0), channel(1), channel(2)];
  const values = createTable(width, height, (index) => grey[index] ?? 0);
  const squares = createTable(width, height, (index) => (grey[index] ?? 0) ** 2);
  const out = new Uint8Array(data.length);
  for (let index = 0; index < width * height; index += 1) {
    const [x, y] = [index % width, Math.floor(index / width)];
    let calmest = Number.POSITIVE_INFINITY;
    let [left, top] = [x, y];
    for (let quadrant = 0; quadrant < 4; quadrant += 1) {
      const startX = quadrant % 2 === 0 ? Math.max(0, x - radius) : Math.min(x, width - radius - 1);
      const startY = quadrant < 2 ? Math.max(0, y - radius) : Math.min(y, height - radius - 1);
      const mean = meanOf(values, startX, startY, radius + 1);
      const variance = meanOf(squares, startX, startY, radius + 1) - mean * mean;
      if (variance < calmest) [calmest, left, top] = [variance, startX, startY];
    }
    for (let offset = 0; offset < 3; offset += 1) {
      const colour = colours[offset];
      if (colour !== undefined) out[index * 3 + offset] = meanOf(colour, left, top, radius + 1);
    }
  }
  return { data: out, width, height };
}

interface Table {
  sums: Float64Array;
  stride: number;
}

/** A summed-area table (Crow 1984): the sum over any rectangle in four reads. */
function createTable(width: number, height: number, value: (index: number) => number): Table {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      row += value(y * width + x);
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
    }
  }
  return { sums, stride };
}

/** Mean over a square inside of the picture. */
function meanOf({ sums, stride }: Table, left: number, top: number, side: number): number {
  const upper = top * stride + left;
  const lower = upper + side * stride;
  const sum = (sums[lower + side] ?? 0) - (sums[lower] ?? 0) - (sums[upper + side] ?? 0) + (sums[upper] ?? 0);
  return sum / (side * side);
}
