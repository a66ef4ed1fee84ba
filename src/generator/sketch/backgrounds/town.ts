import { darker, lighter, mix } from '../colour.ts';
import { element, evenly, number, polygon, verticalGradient } from '../svg.ts';
import { hills } from './land.ts';
import { paintSky, skyColours } from './sky.ts';
import { type Backdrop, inLight, type Stage } from './stage.ts';
import { roundTree } from './trees.ts';

const facades = ['#7d8fb3', '#b57f6a', '#8a9a8f', '#a68bb0', '#6f86a0', '#c2a47a'] as const;

/** A skyline in two depths with windows, lit at night, behind a pavement. */
export function paintCity(stage: Stage): Backdrop {
  const { height, width } = stage;
  const horizon = height * 0.74;
  const haze = skyColours(stage).at(-1) ?? '#ffffff';
  const far = skyline(stage, horizon, 0.5, (colour) => mix(colour, haze, 0.6), false);
  const near = skyline(stage, horizon, 0.38, (colour) => colour, true);
  const gradient = verticalGradient('pavement', evenly([inLight(stage, '#8b8f98'), inLight(stage, '#5c6069')]));
  const pavement = element('rect', { x: 0, y: horizon, width, height: height - horizon, fill: 'url(#pavement)' });
  const kerb = element('rect', { x: 0, y: horizon, width, height: 9, fill: inLight(stage, '#b9bcc2') });
  return {
    behind: paintSky(stage, horizon) + far + near + gradient + pavement + kerb + puddles(stage, horizon),
    front: '',
    feet: height * 0.92,
    shadow: '#20222b',
  };
}

function skyline(
  stage: Stage,
  base: number,
  share: number,
  tint: (colour: string) => string,
  hasWindows: boolean,
): string {
  const { random, width, height } = stage;
  const parts: string[] = [];
  for (let x = -20; x < width; ) {
    const wide = random.between(70, 135);
    const tall = height * share * random.between(0.45, 1);
    const colour = tint(inLight(stage, random.pick(facades)));
    parts.push(element('rect', { x, y: base - tall, width: wide, height: tall, fill: colour }));
    parts.push(
      element('rect', {
        x: x + wide * 0.78,
        y: base - tall,
        width: wide * 0.22,
        height: tall,
        fill: darker(colour, 0.16),
      }),
    );
    if (random.chance(0.25))
      parts.push(element('rect', { x: x + wide * 0.45, y: base - tall - 50, width: 5, height: 50, fill: colour }));
    if (hasWindows) parts.push(windows(stage, x, base - tall, wide, tall, colour));
    x += wide + random.between(-4, 14);
  }
  return parts.join('');
}

function windows(stage: Stage, x: number, y: number, wide: number, tall: number, wall: string): string {
  const { random, time } = stage;
  const isDark = time === 'night' || time === 'sunset';
  const parts: string[] = [];
  for (let row = 0; y + 18 + row * 32 < y + tall - 26; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      const isLit = random.chance(isDark ? 0.6 : 0.12);
      const fill = isLit ? (isDark ? '#ffd978' : lighter(wall, 0.5)) : darker(wall, 0.28);
      parts.push(
        element('rect', {
          x: x + wide * (0.1 + column * 0.24),
          y: y + 18 + row * 32,
          width: wide * 0.14,
          height: 17,
          fill,
        }),
      );
    }
  }
  return parts.join('');
}

function puddles(stage: Stage, top: number): string {
  const { random, width, height, weather } = stage;
  if (!weather.includes('rain') && !weather.includes('storm')) return '';
  const colour = lighter(skyColours(stage)[1] ?? '#8899aa', 0.2);
  return Array.from({ length: 6 }, () =>
    element('ellipse', {
      cx: random.next() * width,
      cy: random.between(top + 50, height - 20),
      rx: random.between(60, 150),
      ry: random.between(8, 20),
      fill: colour,
      opacity: 0.55,
    }),
  ).join('');
}

/** A road that runs to the horizon between fields. */
export function paintRoad(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.5, 0.56);
  const far = hills(stage, horizon - 26, 40, inLight(stage, '#7fa98a'));
  const field = hills(stage, horizon + 12, 8, inLight(stage, '#8fbf62'));
  const middle = width * random.between(0.42, 0.58);
  const asphalt = verticalGradient('asphalt', evenly([inLight(stage, '#8d9096'), inLight(stage, '#4d5057')]));
  const edge = polygon(
    [
      [middle - 24, horizon + 8],
      [middle + 24, horizon + 8],
      [width * 1.12, height],
      [width * -0.12, height],
    ],
    inLight(stage, '#f1ede0'),
  );
  const lane = polygon(
    [
      [middle - 20, horizon + 8],
      [middle + 20, horizon + 8],
      [width * 1.06, height],
      [width * -0.06, height],
    ],
    'url(#asphalt)',
  );
  const dashes = [0.06, 0.17, 0.34, 0.58, 0.88].map((near, index) => {
    const y = horizon + 8 + near * (height - horizon);
    const x = middle + (width / 2 - middle) * near;
    const wide = 3 + near * 22;
    return element('rect', {
      x: x - wide / 2,
      y,
      width: wide,
      height: 8 + index * 13,
      fill: inLight(stage, '#f6e6a2'),
    });
  });
  const trees = stage.allows('tree', 'trees', 'deciduous-tree')
    ? roundTree(stage, width * 0.05, horizon + 60, 0.9) + roundTree(stage, width * 0.95, horizon + 66, 1)
    : '';
  return {
    behind: paintSky(stage, horizon) + far + field + asphalt + edge + lane + dashes.join('') + trees,
    front: '',
    feet: height * 0.9,
    shadow: '#1e2026',
  };
}

/** Bands of light over open land. */
export function paintRainbow(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * 0.84;
  const centre = width * random.between(0.4, 0.6);
  const radius = Math.max(width * 0.56, height * 0.5);
  const bands = ['#e8453c', '#f5933b', '#f8d648', '#57b95a', '#3f8fe0', '#7b55c7'].map((stroke, index) =>
    element('circle', {
      cx: centre,
      cy: horizon,
      r: radius - index * 38,
      fill: 'none',
      stroke,
      'stroke-width': 39,
      opacity: 0.88,
    }),
  );
  const land = element('ellipse', {
    cx: number(width / 2),
    cy: horizon + height * 0.34,
    rx: width * 0.95,
    ry: height * 0.36,
    fill: inLight(stage, '#86bf5c'),
  });
  return {
    behind: paintSky(stage, horizon) + bands.join('') + land,
    front: '',
    feet: height * 0.9,
    shadow: inLight(stage, '#2c5a26'),
  };
}
