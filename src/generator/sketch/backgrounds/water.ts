import { lighter, mix } from '../colour.ts';
import { element, evenly, number, smooth, verticalGradient } from '../svg.ts';
import { paintSky, skyColours } from './sky.ts';
import { type Backdrop, inLight, type Stage } from './stage.ts';

function water(stage: Stage, top: number, bottom: number): string {
  const { random, width } = stage;
  const far = mix(inLight(stage, '#3f9fd0'), skyColours(stage).at(-1) ?? '#ffffff', 0.35);
  const gradient = verticalGradient('water', evenly([far, inLight(stage, '#1f78b4'), inLight(stage, '#145c94')]));
  const glints = Array.from({ length: 26 }, () => {
    const depth = random.next();
    const long = random.between(30, 90) * (0.4 + depth);
    return element('rect', {
      x: random.between(-40, width),
      y: top + depth * (bottom - top),
      width: long,
      height: 2 + depth * 4,
      rx: 3,
      fill: lighter(far, 0.5),
      opacity: 0.5,
    });
  });
  return (
    gradient + element('rect', { x: 0, y: top, width, height: bottom - top, fill: 'url(#water)' }) + glints.join('')
  );
}

function wave(stage: Stage, y: number, swing: number, fill: string, opacity: number): string {
  const { random, width, height } = stage;
  const steps = 8;
  const phase = random.integer(0, 1);
  const points = Array.from(
    { length: steps + 1 },
    (_, index) =>
      [(index / steps) * width, y + ((index + phase) % 2 === 0 ? -swing : swing) * random.between(0.5, 1)] as const,
  );
  const path = `M0 ${number(points[0]?.[1] ?? y)}${smooth(points)}L${number(width)} ${number(height)}L0 ${number(height)}Z`;
  return element('path', { d: path, fill, opacity });
}

/** Open water; a wave in front of the subjects lets boats and whales lie in it. */
export function paintSea(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.48, 0.56);
  const island =
    random.chance(0.35) && stage.allows('island')
      ? element('ellipse', {
          cx: width * random.between(0.15, 0.85),
          cy: horizon + 6,
          rx: random.between(90, 170),
          ry: random.between(26, 50),
          fill: inLight(stage, '#5d8a6a'),
        })
      : '';
  const near = inLight(stage, '#17689f');
  const behind =
    paintSky(stage, horizon) +
    island +
    water(stage, horizon, height) +
    wave(stage, height * 0.74, 12, lighter(near, 0.14), 0.9);
  return {
    behind,
    front: wave(stage, height * 0.83, 13, near, 0.94) + wave(stage, height * 0.91, 12, inLight(stage, '#0f527f'), 1),
    feet: height * 0.865,
    shadow: undefined,
  };
}

/** Sea, sand and a palm or a parasol at the side. */
export function paintBeach(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.42, 0.5);
  const shore = height * random.between(0.62, 0.66);
  const sand = verticalGradient('beach', evenly([inLight(stage, '#f7e3b0'), inLight(stage, '#e4bf7d')]));
  const foam = wave(stage, shore - 8, 10, '#ffffff', 0.85);
  const side = random.chance(0.5) ? 0.08 : 0.92;
  const palm =
    random.chance(0.7) && stage.allows('tree', 'trees', 'palm-tree')
      ? palmTree(stage, width * side, shore + 90, side < 0.5 ? 1 : -1)
      : '';
  const behind =
    paintSky(stage, horizon) +
    water(stage, horizon, shore + 30) +
    foam +
    sand +
    wave(stage, shore + 8, 10, 'url(#beach)', 1) +
    palm;
  return { behind, front: '', feet: height * 0.91, shadow: inLight(stage, '#8a6a35') };
}

function palmTree(stage: Stage, x: number, y: number, lean: number): string {
  const top = [x + 60 * lean, y - 380] as const;
  const trunk = element('path', {
    d: `M${number(x)} ${number(y)}Q${number(x - 10 * lean)} ${number(y - 220)} ${number(top[0])} ${number(top[1])}`,
    fill: 'none',
    stroke: inLight(stage, '#8a6239'),
    'stroke-width': 24,
    'stroke-linecap': 'round',
  });
  const leaves = [-165, -125, -85, -40, 0, 25].map((angle) => {
    const turn = (angle * Math.PI) / 180;
    const tip = [top[0] + Math.cos(turn) * 170, top[1] + Math.sin(turn) * 90 + 60] as const;
    const bend = [top[0] + Math.cos(turn) * 100, top[1] + Math.sin(turn) * 110 - 30] as const;
    return element('path', {
      d: `M${number(top[0])} ${number(top[1])}Q${number(bend[0])} ${number(bend[1])} ${number(tip[0])} ${number(tip[1])}`,
      fill: 'none',
      stroke: inLight(stage, '#2f8f4a'),
      'stroke-width': 22,
      'stroke-linecap': 'round',
    });
  });
  return trunk + leaves.join('');
}

/** Blue depth with light from above, weed, and bubbles in front. */
export function paintUnderwater(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const isDark = stage.time === 'night';
  const base = verticalGradient(
    'depth',
    evenly(isDark ? ['#0e4a7a', '#06274f', '#031636'] : ['#37b0de', '#1c78b6', '#0b4a86']),
  );
  const rays = verticalGradient('ray', [
    { at: 0, colour: '#ffffff', opacity: 0.14 },
    { at: 1, colour: '#ffffff', opacity: 0 },
  ]);
  const beams = Array.from({ length: 4 }, () => {
    const x = random.between(0, width);
    const spread = random.between(40, 110);
    return element('polygon', {
      points: `${number(x)},0 ${number(x + spread)},0 ${number(x + spread * 2.4 - 160)},${number(height * 0.8)} ${number(x - 220)},${number(height * 0.8)}`,
      fill: 'url(#ray)',
    });
  });
  const bed = element('ellipse', {
    cx: width * 0.5,
    cy: height * 1.03,
    rx: width * 0.75,
    ry: height * 0.14,
    fill: isDark ? '#0d2c4c' : '#5f9fae',
    opacity: 0.7,
  });
  const weed = Array.from({ length: 8 }, () =>
    seaweed(stage, random.chance(0.5) ? random.between(0, width * 0.22) : random.between(width * 0.78, width)),
  );
  const behind =
    base +
    element('rect', { x: 0, y: 0, width, height, fill: 'url(#depth)' }) +
    rays +
    beams.join('') +
    bed +
    weed.join('');
  return { behind, front: bubbles(stage), feet: undefined, shadow: undefined };
}

function seaweed(stage: Stage, x: number): string {
  const { random, height } = stage;
  const tall = random.between(120, 300);
  const points = [0, 1, 2, 3, 4].map(
    (step) => [x + (step % 2 === 0 ? -14 : 14), height - 10 - (step / 4) * tall] as const,
  );
  const colour = random.pick(['#1f7d4f', '#2f9e5a', '#b8457a', '#e0703f']);
  return element('path', {
    d: `M${number(x)} ${number(height)}${smooth([[x, height], ...points])}`,
    fill: 'none',
    stroke: colour,
    'stroke-width': random.between(12, 22),
    'stroke-linecap': 'round',
    opacity: 0.9,
  });
}

function bubbles(stage: Stage): string {
  const { random, width, height } = stage;
  if (!stage.allows('bubbles', 'bubble')) return '';
  return Array.from({ length: 18 }, () =>
    element('circle', {
      cx: random.next() * width,
      cy: random.next() * height,
      r: random.between(6, 22),
      fill: '#ffffff',
      'fill-opacity': 0.16,
      stroke: '#ffffff',
      'stroke-opacity': 0.85,
      'stroke-width': 4.5,
    }),
  ).join('');
}
