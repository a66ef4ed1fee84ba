import { lighter, mix, namedColours } from '../colour.ts';
import { element, evenly, radialGradient, verticalGradient } from '../svg.ts';
import { type Backdrop, inLight, type Stage } from './stage.ts';

const skies = {
  day: ['#3c97e6', '#8cc9f5', '#dff2fd'],
  dawn: ['#7f9edb', '#f3bfc4', '#ffe9cd'],
  sunset: ['#43306f', '#c74b6e', '#f58c4a', '#ffd57e'],
  night: ['#050a22', '#11245a', '#3a5796'],
} as const;

/** The sky with what belongs to its time: sun, moon, stars, a few clouds. `horizon` in units from the top. */
export function paintSky(stage: Stage, horizon: number): string {
  const { width, height } = stage;
  const gradient = verticalGradient('sky', evenly(skyColours(stage)));
  const fill = element('rect', { x: 0, y: 0, width, height: Math.max(horizon + 4, height * 0.5), fill: 'url(#sky)' });
  const ground = element('rect', {
    x: 0,
    y: horizon,
    width,
    height: height - horizon,
    fill: skyColours(stage).at(-1) ?? '#fff',
  });
  return gradient + ground + fill + lightsOf(stage, horizon) + someClouds(stage, horizon);
}

/** The colours of the sky from top to horizon. */
export function skyColours(stage: Stage): readonly string[] {
  if (stage.weather.includes('storm')) return ['#272d3d', '#4d586d', '#7b8698'];
  if (stage.weather.includes('rain') || stage.weather.includes('cloudy')) {
    return stage.time === 'night' ? ['#0d1428', '#243250', '#43516c'] : ['#64748a', '#8694a2', '#a3afb9'];
  }
  if (stage.weather.includes('fog')) return skies[stage.time].map((colour) => mix(colour, '#cfd8de', 0.6));
  const tint = stage.palette[0];
  if (tint === undefined) return skies[stage.time];
  return skies[stage.time].map((colour, index) => mix(colour, lighter(namedColours[tint], index * 0.25), 0.7));
}

function lightsOf(stage: Stage, horizon: number): string {
  const isCovered = stage.weather.some((weather) => weather !== 'snowfall');
  if (stage.time === 'night') return (isCovered ? '' : stars(stage, horizon)) + (isCovered ? '' : moon(stage, horizon));
  return isCovered || !stage.allows('sun') ? '' : sun(stage, horizon);
}

function sun(stage: Stage, horizon: number): string {
  const { random, width, time } = stage;
  const isLow = time !== 'day';
  const radius = isLow ? random.between(75, 105) : random.between(48, 66);
  const x = width * (random.chance(0.5) ? random.between(0.1, 0.26) : random.between(0.74, 0.9));
  const y = isLow ? horizon - radius * random.between(0.4, 1.1) : random.between(110, 190);
  const colour = { day: '#fff3b0', dawn: '#fff1d6', sunset: '#ffe08a', night: '#fff' }[time];
  const glow = radialGradient('sun', [
    { at: 0, colour, opacity: 0.85 },
    { at: 1, colour, opacity: 0 },
  ]);
  return (
    glow +
    element('circle', { cx: x, cy: y, r: radius * 3.4, fill: 'url(#sun)' }) +
    element('circle', { cx: x, cy: y, r: radius, fill: time === 'sunset' ? '#ffd25e' : '#ffe66b' })
  );
}

function moon(stage: Stage, horizon: number): string {
  const { random, width } = stage;
  if (!stage.allows('moon', 'crescent-moon', 'full-moon')) return '';
  const radius = random.between(44, 66);
  const x = width * (random.chance(0.5) ? random.between(0.1, 0.28) : random.between(0.72, 0.9));
  const y = Math.min(horizon * 0.4, random.between(110, 200));
  const glow = radialGradient('moon', [
    { at: 0, colour: '#fdf6d8', opacity: 0.55 },
    { at: 1, colour: '#fdf6d8', opacity: 0 },
  ]);
  const craters = [
    [-0.3, -0.2, 0.2],
    [0.25, 0.3, 0.26],
    [0.32, -0.35, 0.12],
  ].map(([dx = 0, dy = 0, size = 0]) =>
    element('circle', { cx: x + dx * radius, cy: y + dy * radius, r: size * radius, fill: '#e4d9a8' }),
  );
  return (
    glow +
    element('circle', { cx: x, cy: y, r: radius * 3, fill: 'url(#moon)' }) +
    element('circle', { cx: x, cy: y, r: radius, fill: '#fbf1c4' }) +
    craters.join('')
  );
}

/** Stars down to `bottom`, fewer towards it. */
export function stars(stage: Stage, bottom: number, amount = 90): string {
  const { random, width } = stage;
  if (!stage.allows('star', 'stars')) return '';
  return Array.from({ length: amount }, () => {
    const size = random.between(1.6, 5.2);
    const colour = random.pick(['#ffffff', '#fff6d5', '#d6e6ff']);
    const y = bottom * random.next() ** 1.3;
    return element('circle', {
      cx: random.between(0, width),
      cy: y,
      r: size,
      fill: colour,
      opacity: random.between(0.5, 1),
    });
  }).join('');
}

function someClouds(stage: Stage, horizon: number): string {
  const { random, weather, time } = stage;
  if (!stage.allows('cloud', 'clouds')) return '';
  const isHeavy = weather.includes('rain') || weather.includes('storm') || weather.includes('cloudy');
  const amount = isHeavy ? random.integer(6, 8) : time === 'night' ? random.integer(0, 1) : random.integer(1, 4);
  const colour = isHeavy ? (weather.includes('storm') ? '#3b4355' : '#aab6c1') : cloudColour(stage);
  return Array.from({ length: amount }, () => {
    const size = random.between(0.7, 1.35) * (isHeavy ? 1.7 : 1);
    return cloud(
      stage,
      random.between(-0.05, 1.05) * stage.width,
      random.between(60, horizon * 0.62),
      size,
      colour,
      0.85,
    );
  }).join('');
}

function cloudColour(stage: Stage): string {
  return { day: '#ffffff', dawn: '#fff0ee', sunset: '#f7b59b', night: '#41588f' }[stage.time];
}

/** One puffy cloud, 260 units wide at size 1. */
function cloud(stage: Stage, x: number, y: number, size: number, colour: string, opacity: number): string {
  const { random } = stage;
  const puffs = [-95, -48, 0, 50, 98].map((dx, index) => {
    const radius = (index === 0 || index === 4 ? 34 : random.between(46, 66)) * size;
    return element('circle', { cx: x + dx * size, cy: y - radius * 0.5, r: radius });
  });
  const base = element('rect', {
    x: x - 128 * size,
    y: y - 34 * size,
    width: 256 * size,
    height: 40 * size,
    rx: 20 * size,
  });
  return element('g', { fill: colour, opacity }, puffs.join('') + base);
}

/** Open sky with a soft hill line below. */
export function paintOpenSky(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.8, 0.84);
  const hill = inLight(stage, '#8fc06a');
  const land = element('ellipse', {
    cx: width * random.between(0.3, 0.7),
    cy: horizon + height * 0.35,
    rx: width * 0.95,
    ry: height * 0.37,
    fill: hill,
  });
  return { behind: paintSky(stage, horizon) + land, front: '', feet: height * 0.9, shadow: inLight(stage, '#2f5a2a') };
}

/** Above the clouds: puffs around the middle, and everything floats. */
export function paintClouds(stage: Stage): Backdrop {
  const { random, width, height } = stage;
  const colour = cloudColour(stage);
  const spots = [
    [0.18, 0.2, 0.95],
    [0.76, 0.16, 1.1],
    [0.02, 0.5, 1],
    [1, 0.52, 1.05],
    [0.24, 0.86, 1.4],
    [0.8, 0.9, 1.5],
  ] as const;
  const puffs = spots.map(([x, y, size]) =>
    cloud(
      stage,
      width * (x + random.between(-0.08, 0.08)),
      height * (y + random.between(-0.04, 0.05)),
      size * random.between(0.9, 1.15),
      colour,
      0.94,
    ),
  );
  const calm = { ...stage, allows: (...names: string[]) => !names.includes('cloud') && stage.allows(...names) };
  return { behind: paintSky(calm, height) + puffs.join(''), front: '', feet: undefined, shadow: undefined };
}
