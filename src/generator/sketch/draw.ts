import type { Placed } from './clusters.ts';
import { type ColourName, recolour } from './colour.ts';
import type { Extent } from './measure.ts';
import { element, number, radialGradient } from './svg.ts';

/** A drawing ready to be placed. */
export interface Drawing {
  body: string;
  extent: Extent;
  colour: ColourName | undefined;
}

/** Side of the square that icon drawings fill. */
const side = 128;

/** Subjects in paint order, each with its soft shadow on the ground. */
export function drawSubjects(
  placed: readonly Placed[],
  drawings: readonly Drawing[],
  shadow: string | undefined,
): string {
  const shade = shadow === undefined ? '' : radialGradient('shadow', shadowStops(shadow));
  const parts = placed.map((item, index) => {
    const drawing = drawings[item.subject];
    if (drawing === undefined) return '';
    return (item.grounded && shadow !== undefined ? shadowOf(item) : '') + drawOne(item, drawing, index);
  });
  return shade + parts.join('');
}

function shadowStops(colour: string) {
  return [
    { at: 0, colour, opacity: 0.55 },
    { at: 0.55, colour, opacity: 0.32 },
    { at: 1, colour, opacity: 0 },
  ];
}

function shadowOf({ box }: Placed): string {
  const foot = box.y + box.height;
  const flat = Math.min(box.width * 0.1, box.height * 0.16);
  return element('ellipse', {
    cx: box.x + box.width / 2,
    cy: foot - flat * 0.3,
    rx: box.width * 0.56,
    ry: flat,
    fill: 'url(#shadow)',
  });
}

function drawOne({ box, mirrored, rotation }: Placed, { body, extent, colour }: Drawing, index: number): string {
  const own = withOwnIds(body, `i${index}-`);
  const scaleX = box.width / (extent.width * side);
  const scaleY = box.height / (extent.height * side);
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const transform = [
    `translate(${number(middle.x)} ${number(middle.y)})`,
    `rotate(${number(rotation)})`,
    `scale(${(mirrored ? -scaleX : scaleX).toFixed(4)} ${scaleY.toFixed(4)})`,
    `translate(${number(-(extent.left + extent.width / 2) * side)} ${number(-(extent.top + extent.height / 2) * side)})`,
  ].join(' ');
  // Some drawings have parts outside of their square, which only a viewport hides.
  const viewport = { width: side, height: side, viewBox: `0 0 ${side} ${side}` };
  return element('g', { transform }, element('svg', viewport, colour === undefined ? own : recolour(own, colour)));
}

/** Gradient and clip ids are unique within one drawing only. */
function withOwnIds(body: string, prefix: string): string {
  return body
    .replace(/\bid="([^"]+)"/g, `id="${prefix}$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${prefix}$1"`);
}
