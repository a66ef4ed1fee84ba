import type { SearchReport } from './figures.ts';

const frame = { width: 720, height: 400, left: 64, right: 184, top: 24, bottom: 48 };
// Told apart without colour vision too (Okabe and Ito 2008).
const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9'];

/** Between the names of two lines that end close to each other. */
const nameHeight = 16;

type Place = (value: number) => number;

interface Point {
  x: number;
  y: number;
}

interface Series {
  system: string;
  colour: string;
  points: Point[];
}

/** Median latency over the number of rows, both on logarithmic scales, as an SVG. */
export function plotSearch(reports: readonly SearchReport[]): string {
  const rows = reports.map((report) => report.rows);
  const times = reports.flatMap(({ results }) => results.map(({ p50Ms }) => p50Ms));
  const x = scale(rows, frame.left, frame.width - frame.right);
  const y = scale(times, frame.height - frame.bottom, frame.top);
  const systems = [...new Set(reports.flatMap(({ results }) => results.map(({ system }) => system)))];
  const lines = systems.map((system, index): Series => {
    const colour = colours[index % colours.length] ?? '#000';
    return { system, colour, points: pointsOf(reports, system, x, y) };
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frame.width} ${frame.height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
${decades(times)
  .map((value) => gridLine(value, y))
  .join('\n')}
${rows.map((value) => text(x(value), frame.height - frame.bottom + 20, value.toLocaleString('en'), 'middle')).join('\n')}
${text(x(rows[0] ?? 1), frame.height - 8, 'rows', 'start')}
${text(8, 14, 'p50, ms', 'start')}
${lines.map(drawn).join('\n')}
${namesOf(lines).join('\n')}
</svg>
`;
}

function pointsOf(reports: readonly SearchReport[], system: string, x: Place, y: Place): Point[] {
  return reports.flatMap(({ rows, results }) => {
    const found = results.find((figures) => figures.system === system);
    return found ? [{ x: x(rows), y: y(found.p50Ms) }] : [];
  });
}

function drawn({ colour, points }: Series): string {
  const path = points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(' ');
  const dots = points.map(
    (point) => `<circle cx="${point.x.toFixed(1)}" cy="${point.y.toFixed(1)}" r="4" fill="${colour}"/>`,
  );
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

/** Each beside the end of its line, or below the name before it where they would overlap. */
function namesOf(lines: readonly Series[]): string[] {
  const ends = lines.flatMap(({ points, ...line }) => points.slice(-1).map((end) => ({ ...line, end })));
  let lowest = 0;
  return ends
    .toSorted((one, other) => one.end.y - other.end.y)
    .map(({ system, colour, end }) => {
      lowest = Math.max(end.y + 4, lowest + nameHeight);
      return text(end.x + 10, lowest, system, 'start', colour);
    });
}

function scale(values: readonly number[], from: number, to: number): Place {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
}

function decades(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [0.1, 1, 10, 100, 1_000, 10_000].filter((value) => value >= low && value <= high);
}

function gridLine(value: number, y: Place): string {
  const at = y(value).toFixed(1);
  return `<line x1="${frame.left}" x2="${frame.width - frame.right}" y1="${at}" y2="${at}" stroke="#ddd"/>${text(frame.left - 8, y(value) + 4, String(value), 'end')}`;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', colour = '#333'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}
