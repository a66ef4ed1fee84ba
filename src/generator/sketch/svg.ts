/** A coordinate or share as SVG text: one decimal of a unit (1000 units the shorter side) is below a pixel. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Attributes in order; every value is made by this program, none by a prompt. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, children = ''): string {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? number(value) : value}"`,
  );
  return children ? `<${name}${list.join('')}>${children}</${name}>` : `<${name}${list.join('')}/>`;
}

export interface Stop {
  at: number;
  colour: string;
  opacity?: number;
}

/** A gradient from top to bottom; fill with `url(#id)`. */
export function verticalGradient(id: string, stops: readonly Stop[]): string {
  return element('linearGradient', { id, x1: 0, y1: 0, x2: 0, y2: 1 }, stops.map(stopElement).join(''));
}

/** A gradient from the centre outwards; fill with `url(#id)`. */
export function radialGradient(id: string, stops: readonly Stop[]): string {
  return element('radialGradient', { id }, stops.map(stopElement).join(''));
}

/** Colours spread evenly from 0 to 1. */
export function evenly(colours: readonly string[]): Stop[] {
  return colours.map((colour, index) => ({ at: index / Math.max(1, colours.length - 1), colour }));
}

function stopElement({ at, colour, opacity = 1 }: Stop): string {
  return element('stop', { offset: at, 'stop-color': colour, 'stop-opacity': opacity });
}

/** A closed polygon. */
export function polygon(points: readonly (readonly [number, number])[], fill: string, opacity = 1): string {
  return element('polygon', {
    points: points.map(([x, y]) => `${number(x)},${number(y)}`).join(' '),
    fill,
    opacity,
  });
}

/** A smooth line through points (Catmull-Rom as cubic Béziers), as path data without the leading move. */
export function smooth(points: readonly (readonly [number, number])[]): string {
  return points
    .slice(1)
    .map((point, index) => {
      const start = points[index] ?? point;
      const before = points[index - 1] ?? start;
      const after = points[index + 2] ?? point;
      const first = [start[0] + (point[0] - before[0]) / 6, start[1] + (point[1] - before[1]) / 6] as const;
      const second = [point[0] - (after[0] - start[0]) / 6, point[1] - (after[1] - start[1]) / 6] as const;
      return `C${[...first, ...second, ...point].map(number).join(' ')}`;
    })
    .join('');
}
