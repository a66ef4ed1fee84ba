import { paintAbstract, paintFire, paintPlain, paintStripes } from './backgrounds/abstract.ts';
import { paintRoom, paintTable } from './backgrounds/indoor.ts';
import { flakes, paintDesert, paintForest, paintMeadow, paintMountains, paintSnow } from './backgrounds/land.ts';
import { paintClouds, paintOpenSky } from './backgrounds/sky.ts';
import { paintSpace } from './backgrounds/space.ts';
import type { Backdrop, Stage } from './backgrounds/stage.ts';
import { paintCity, paintRainbow, paintRoad } from './backgrounds/town.ts';
import { paintBeach, paintSea, paintUnderwater } from './backgrounds/water.ts';
import { element, number, verticalGradient } from './svg.ts';
import type { Place } from './words.ts';

export type { Backdrop, Stage } from './backgrounds/stage.ts';

export type BackgroundKind = Place | 'abstract';

const painters: Readonly<Record<BackgroundKind, (stage: Stage) => Backdrop>> = {
  sky: paintOpenSky,
  clouds: paintClouds,
  space: paintSpace,
  meadow: paintMeadow,
  desert: paintDesert,
  snow: paintSnow,
  beach: paintBeach,
  sea: paintSea,
  mountains: paintMountains,
  forest: paintForest,
  city: paintCity,
  road: paintRoad,
  room: paintRoom,
  table: paintTable,
  underwater: paintUnderwater,
  fire: paintFire,
  rainbow: paintRainbow,
  stripes: paintStripes,
  plain: paintPlain,
  abstract: paintAbstract,
};

/** Weather stays outside of these. */
const sheltered: ReadonlySet<BackgroundKind> = new Set(['room', 'table', 'underwater', 'space', 'fire']);

/** Paints a place in its time and weather. */
export function paintBackground(kind: BackgroundKind, stage: Stage): Backdrop {
  const backdrop = painters[kind](stage);
  return sheltered.has(kind) ? backdrop : { ...backdrop, front: backdrop.front + weatherOver(kind, stage) };
}

function weatherOver(kind: BackgroundKind, stage: Stage): string {
  const { weather } = stage;
  const isWet = weather.includes('rain') || weather.includes('storm');
  return [
    isWet ? rain(stage) : '',
    weather.includes('storm') ? lightning(stage) : '',
    weather.includes('snowfall') && kind !== 'snow' ? flakes(stage) : '',
    weather.includes('fog') ? fog(stage) : '',
  ].join('');
}

function rain({ random, width, height }: Stage): string {
  const slant = random.between(-14, -5);
  return Array.from({ length: 130 }, () => {
    const x = random.between(0, width * 1.05);
    const y = random.between(-40, height);
    const long = random.between(28, 62);
    const line = { x1: x, y1: y, x2: x + slant * (long / 45), y2: y + long };
    return element('line', { ...line, stroke: '#dcebfa', 'stroke-width': 4, 'stroke-linecap': 'round', opacity: 0.75 });
  }).join('');
}

function lightning({ random, width, height }: Stage): string {
  const x = width * (random.chance(0.5) ? random.between(0.08, 0.22) : random.between(0.78, 0.92));
  const steps = [
    [0, 0],
    [-34, 110],
    [6, 120],
    [-46, 270],
    [14, 250],
    [-22, 400],
  ] as const;
  const points = steps.map(([dx, y]) => `${number(x + dx)},${number((y * height) / 1000)}`).join(' ');
  return element('polyline', {
    points,
    fill: 'none',
    stroke: '#fff6b8',
    'stroke-width': 9,
    'stroke-linejoin': 'bevel',
  });
}

function fog({ width, height }: Stage): string {
  const veil = verticalGradient('fog', [
    { at: 0, colour: '#e3e9ed', opacity: 0 },
    { at: 0.62, colour: '#e3e9ed', opacity: 0.42 },
    { at: 1, colour: '#e3e9ed', opacity: 0.12 },
  ]);
  return veil + element('rect', { x: 0, y: 0, width, height, fill: 'url(#fog)' });
}
