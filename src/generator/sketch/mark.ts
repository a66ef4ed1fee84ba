import { element, number } from './svg.ts';

/** Strokes of the word "sketch" in a 132 x 40 box: drawn, because the machine may have no fonts. */
const letters = [
  'M17 15C14 11 5 12 6 18C7 23 17 21 16 27C15 32 7 32 4 28',
  'M25 5L24 31M38 14L26 23L39 31',
  'M45 23L59 21C59 13 46 12 45 22C44 32 55 33 60 28',
  'M71 6L69 26C69 31 73 32 77 29M64 14L78 13',
  'M97 16C93 12 83 13 83 22C83 32 93 33 98 28',
  'M105 5L104 31M104 22C107 14 118 13 118 20L117 31',
];

/** The mark of every picture made here, in the lower right corner: it says what made it. */
export function sketchMark(width: number, height: number): string {
  const scale = Math.min(width, height) / 1000;
  const size = { width: 132 * scale * 0.92, height: 40 * scale * 0.92 };
  const x = width - size.width - 16 * scale;
  const y = height - size.height - 12 * scale;
  const strokes = letters.map((d) => element('path', { d })).join('');
  const halo = element('g', { stroke: '#101018', 'stroke-opacity': 0.66, 'stroke-width': 7.5 }, strokes);
  const ink = element('g', { stroke: '#ffffff', 'stroke-opacity': 0.95, 'stroke-width': 3.4 }, strokes);
  return element(
    'g',
    {
      transform: `translate(${number(x)} ${number(y)}) scale(${number(scale * 0.92)})`,
      fill: 'none',
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    },
    halo + ink,
  );
}
