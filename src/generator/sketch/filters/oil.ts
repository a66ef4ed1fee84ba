import type { Random } from '../random.ts';
import { unevenness } from './maps.ts';
import { close, eachPixel, greys, lengthFor, open, type Pixels } from './pixels.ts';

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
    const rich = (value: number) => (mean + (value - mean) * 1.25) * light;
    return [rich(r) + 3, rich(g), rich(b) - 5];
  });
}

/** Each pixel takes the mean of the calmest of its four quadrants. */
function kuwahara({ data, width, height }: Pixels, radius: number): Pixels {
  const sums = integrals({ data, width, height });
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let calmest = Number.POSITIVE_INFINITY;
      const at = (y * width + x) * 3;
      for (let quadrant = 0; quadrant < 4; quadrant += 1) {
        const left = Math.max(0, quadrant % 2 === 0 ? x - radius : x);
        const right = Math.min(width, quadrant % 2 === 0 ? x + 1 : x + radius + 1);
        const top = Math.max(0, quadrant < 2 ? y - radius : y);
        const bottom = Math.min(height, quadrant < 2 ? y + 1 : y + radius + 1);
        const area = (right - left) * (bottom - top);
        const mean = sums.grey(left, top, right, bottom) / area;
        const variance = sums.square(left, top, right, bottom) / area - mean * mean;
        if (variance >= calmest) continue;
        calmest = variance;
        out[at] = sums.red(left, top, right, bottom) / area;
        out[at + 1] = sums.green(left, top, right, bottom) / area;
        out[at + 2] = sums.blue(left, top, right, bottom) / area;
      }
    }
  }
  return { data: out, width, height };
}

type Sum = (left: number, top: number, right: number, bottom: number) => number;

/** Summed-area tables (Crow 1984): the sum over any rectangle in four reads. */
function integrals(pixels: Pixels): Record<'red' | 'green' | 'blue' | 'grey' | 'square', Sum> {
  const { data, width, height } = pixels;
  const grey = greys(pixels);
  const table = (value: (index: number) => number): Sum => {
    const stride = width + 1;
    const sums = new Float64Array(stride * (height + 1));
    for (let y = 0; y < height; y += 1) {
      let row = 0;
      for (let x = 0; x < width; x += 1) {
        row += value(y * width + x);
        sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
      }
    }
    const read = (x: number, y: number) => sums[y * stride + x] ?? 0;
    return (left, top, right, bottom) => read(right, bottom) - read(left, bottom) - read(right, top) + read(left, top);
  };
  return {
    red: table((index) => data[index * 3] ?? 0),
    green: table((index) => data[index * 3 + 1] ?? 0),
    blue: table((index) => data[index * 3 + 2] ?? 0),
    grey: table((index) => grey[index] ?? 0),
    square: table((index) => (grey[index] ?? 0) ** 2),
  };
}
