import { darker, lighter, mix } from '../colour.ts';
import { element, evenly, number, polygon, smooth, verticalGradient } from '../svg.ts';
import { paintSky } from './sky.ts';
import { type Backdrop, inLight, type Stage } from './stage.ts';
import { conifer, roundTree } from './trees.ts';

/** A rolling line of hills from edge to edge, filled down to the bottom. */
export function hills(stage: Stage, top: number, swing: number, fill: string, steps = 4): string {
  const { random, width, height } = stage;
  const points = Array.from(
    { length: steps + 1 },
    (_, index) => [(index / steps) * width, top + random.between(-swing, swing)] as const,
  );
  const [start = [0, top] as const] = points;
  const path = `M${number(start[0])} ${number(start[1])}${smooth(points)}L${number(width)} ${number(height)}L0 ${number(height)}Z`;
  return element('path', { d: path, fill });
}

function ground(stage: Stage, id: string, top: number, colours: readonly string[]): string {
  const gradient = verticalGradient(id, evenly(colours.map((colour) => inLight(stage, colour))));
  return gradient + hills(stage, top, 22, `url(#${id})`);
}

/** Grass to the horizon, with flowers and now and then a tree. */
export function paintMeadow(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.56, 0.64);
  const far = hills(stage, horizon - 30, 46, inLight(stage, '#7fb77a'));
  const field = ground(stage, 'grass', horizon + 30, ['#8ccb5a', '#4f9e3a']);
  const tree =
    random.chance(0.6) && stage.allows('tree', 'trees', 'deciduous-tree')
      ? roundTree(stage, width * (random.chance(0.5) ? 0.1 : 0.9), horizon + 70, 1.15)
      : '';
  const blooms = stage.allows('flower', 'flowers') ? flowers(stage, horizon + 70) : '';
  return {
    behind: paintSky(stage, horizon) + far + field + tree + blooms,
    front: '',
    feet: height * 0.9,
    shadow: inLight(stage, '#23541d'),
  };
}

function flowers(stage: Stage, top: number): string {
  const { random, width, height } = stage;
  const colours = [random.pick(['#ffffff', '#ffd84a']), random.pick(['#f06a8f', '#c58af0', '#ff8a4a'])].map((colour) =>
    inLight(stage, colour),
  );
  return Array.from({ length: 46 }, () => {
    const depth = random.next() ** 0.7;
    const y = top + depth * (height - top);
    const size = 3 + depth * 8;
    const x = random.between(0, width);
    return (
      element('circle', { cx: x, cy: y, r: size, fill: random.pick(colours) ?? '#ffffff' }) +
      element('circle', { cx: x, cy: y, r: size * 0.4, fill: inLight(stage, '#e9a92f') })
    );
  }).join('');
}

/** Dunes in two shades. */
export function paintDesert(stage: Stage): Backdrop {
  const { height, random } = stage;
  const horizon = height * random.between(0.55, 0.63);
  const far = hills(stage, horizon, 50, inLight(stage, '#e3b36b'), 3);
  const middle = hills(stage, horizon + 80, 40, inLight(stage, '#eec27a'), 3);
  const near = ground(stage, 'sand', horizon + 150, ['#f5d08a', '#dca45a']);
  return {
    behind: paintSky(stage, horizon) + far + middle + near,
    front: '',
    feet: height * 0.9,
    shadow: inLight(stage, '#7d5a2b'),
  };
}

/** Snow with firs; flakes fall in front. */
export function paintSnow(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.56, 0.62);
  const far = hills(stage, horizon - 20, 40, inLight(stage, '#cfdfee'));
  const firs = stage.allows('tree', 'trees', 'evergreen-tree')
    ? Array.from({ length: 9 }, () =>
        conifer(
          random.between(0, width),
          horizon + random.between(20, 60),
          random.between(130, 250),
          inLight(stage, '#3f6f63'),
          true,
        ),
      ).join('')
    : '';
  const near = ground(stage, 'snow', horizon + 50, ['#f6faff', '#cfe0f2']);
  return {
    behind: paintSky(stage, horizon) + far + firs + near,
    front: flakes(stage),
    feet: height * 0.9,
    shadow: inLight(stage, '#5c7fae'),
  };
}

/** Snowflakes over the whole picture. */
export function flakes(stage: Stage): string {
  const { random, width, height } = stage;
  if (!stage.allows('snowfall', 'snowflake', 'snowflakes')) return '';
  return Array.from({ length: 70 }, () =>
    element('circle', {
      cx: random.next() * width,
      cy: random.next() * height,
      r: random.between(2, 8),
      fill: '#ffffff',
      opacity: random.between(0.55, 0.95),
    }),
  ).join('');
}

/** Snow-capped peaks in three depths over a green foreland. */
export function paintMountains(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.7, 0.75);
  const colour = inLight(stage, stage.palette[0] === undefined ? '#74747c' : mix('#74747c', '#8a70b0', 0.4));
  const peaks = [0.16, 0.5, 0.84, 0.34, 0.68].map((share, index) => {
    const x = width * (share + random.between(-0.06, 0.06));
    const top = horizon - height * (index < 3 ? random.between(0.3, 0.42) : random.between(0.18, 0.27));
    return peak(x, top, horizon + 60, width * random.between(0.26, 0.34), index < 3 ? lighter(colour, 0.18) : colour);
  });
  const near = ground(stage, 'foreland', horizon + 20, ['#8b9a7c', '#5f7a5a']);
  return {
    behind: paintSky(stage, horizon) + peaks.join('') + near,
    front: '',
    feet: height * 0.9,
    shadow: inLight(stage, '#2a4a26'),
  };
}

function peak(x: number, top: number, bottom: number, half: number, colour: string): string {
  const high = bottom - top;
  const shade = polygon(
    [
      [x, top],
      [x + half, bottom],
      [x + half * 0.12, bottom],
    ],
    darker(colour, 0.22),
  );
  const snow = polygon(
    [
      [x, top],
      [x + half * 0.3, top + high * 0.3],
      [x + half * 0.13, top + high * 0.26],
      [x, top + high * 0.36],
      [x - half * 0.12, top + high * 0.26],
      [x - half * 0.3, top + high * 0.3],
    ],
    '#f5f9ff',
  );
  return (
    polygon(
      [
        [x, top],
        [x + half, bottom],
        [x - half, bottom],
      ],
      colour,
    ) +
    shade +
    snow
  );
}

/** Rows of trees, darker towards the viewer's sides, and a clearing. */
export function paintForest(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const horizon = height * random.between(0.6, 0.66);
  const isLeafy = random.chance(0.4);
  const rows = [0, 1, 2].flatMap((row) => {
    const colour = inLight(stage, mix('#8fbf9a', '#1f5b39', row / 2));
    const amount = 11 - row * 2;
    return Array.from({ length: amount }, (_, index) => {
      const x = ((index + random.between(0.2, 0.8)) / amount) * width;
      const y = horizon + 14 + row * 26;
      return isLeafy && row > 0
        ? roundTree(stage, x, y, 1.5 + row * 0.35)
        : conifer(x, y, random.between(330, 420) + row * 90, colour, stage.weather.includes('snowfall'));
    });
  });
  const shade = element('rect', {
    x: 0,
    y: horizon - 30,
    width,
    height: height - horizon + 30,
    fill: inLight(stage, '#3f7048'),
  });
  const floor = ground(stage, 'floor', horizon + 62, ['#6f9a4c', '#3d6b33']);
  return {
    behind: paintSky(stage, horizon) + shade + rows.join('') + floor,
    front: '',
    feet: height * 0.91,
    shadow: inLight(stage, '#183318'),
  };
}
