import { darker, lighter, mix, namedColours } from '../colour.ts';
import { element, evenly, number, radialGradient, smooth, verticalGradient } from '../svg.ts';
import type { Backdrop, Stage } from './stage.ts';

const plainColours = ['#f6e7c8', '#cfe6f2', '#f4d3d6', '#d9ecd0', '#e0d6f0', '#fbe0c0', '#d0ece7'] as const;

function named(stage: Stage): string[] {
  return stage.palette.map((name) => namedColours[name]);
}

/** One colour with a soft light in the middle: a studio backdrop. */
export function paintPlain(stage: Stage): Backdrop {
  const { random, width, height } = stage;
  const [wanted] = named(stage);
  const day = wanted ?? random.pick(plainColours);
  const colour =
    stage.time === 'night' ? mix(day, '#141a3c', 0.75) : stage.time === 'sunset' ? mix(day, '#f08a4b', 0.5) : day;
  const light = radialGradient('light', [
    { at: 0, colour: lighter(colour, 0.35), opacity: 0.8 },
    { at: 1, colour, opacity: 0 },
  ]);
  const fill = element('rect', { x: 0, y: 0, width, height, fill: colour });
  const glow = element('ellipse', {
    cx: width / 2,
    cy: height * 0.46,
    rx: width * 0.62,
    ry: height * 0.6,
    fill: 'url(#light)',
  });
  return { behind: light + fill + glow, front: '', feet: height * 0.9, shadow: darker(colour, 0.62) };
}

/** Even stripes in two named colours, or one and white; straight or slanting. */
export function paintStripes(stage: Stage): Backdrop {
  const { random, width, height } = stage;
  const colours = named(stage);
  const first = colours[0] ?? random.pick(['#e5675f', '#4f9bd8', '#f2b541', '#58b08a', '#9a7bd0']);
  const second = colours[1] ?? lighter(first, 0.72);
  const turn = random.pick([0, 0, 18, -18]);
  const size = random.between(85, 120);
  const reach = width + height;
  const bars = Array.from({ length: Math.ceil(reach / size) }, (_, index) =>
    element('rect', { x: index * size * 2 - reach / 2, y: -reach / 2, width: size, height: reach * 2, fill: first }),
  );
  const fill = element('rect', { x: 0, y: 0, width, height, fill: second });
  const group = element(
    'g',
    { transform: `rotate(${number(turn)} ${number(width / 2)} ${number(height / 2)})` },
    bars.join(''),
  );
  return { behind: fill + group, front: '', feet: height * 0.9, shadow: darker(first, 0.5) };
}

/** Flames from below over a glowing dark. */
export function paintFire(stage: Stage): Backdrop {
  const { random, width, height } = stage;
  const base = verticalGradient('blaze', evenly(['#2a0a0a', '#8c1d0e', '#e8541a', '#ffb13d']));
  const fill = element('rect', { x: 0, y: 0, width, height, fill: 'url(#blaze)' });
  const row = (amount: number, tall: number, colour: string) =>
    Array.from({ length: amount }, (_, index) =>
      flame(
        ((index + random.between(0.1, 0.9)) / amount) * width,
        height,
        tall * random.between(0.6, 1),
        (width / amount) * 0.9,
        colour,
      ),
    ).join('');
  const sparks = Array.from({ length: 34 }, () =>
    element('circle', {
      cx: random.next() * width,
      cy: random.next() * height * 0.8,
      r: random.between(2, 6),
      fill: '#ffd98a',
      opacity: random.between(0.5, 1),
    }),
  );
  const behind =
    base + fill + row(7, height * 0.62, '#d8401a') + row(8, height * 0.46, '#f57f22') + row(9, height * 0.3, '#ffc04a');
  return { behind, front: row(9, height * 0.12, '#ffe08a') + sparks.join(''), feet: height * 0.92, shadow: '#3a0d06' };
}

function flame(x: number, foot: number, tall: number, wide: number, fill: string): string {
  const half = wide / 2;
  const path = `M${number(x - half)} ${number(foot)}C${[x - half * 1.1, foot - tall * 0.45, x - half * 0.1, foot - tall * 0.5, x, foot - tall].map(number).join(' ')}C${[x + half * 0.2, foot - tall * 0.55, x + half * 1.2, foot - tall * 0.5, x + half, foot].map(number).join(' ')}Z`;
  return element('path', { d: path, fill, opacity: 0.9 });
}

const harmonies: readonly [readonly string[], ...(readonly string[])[]] = [
  ['#264653', '#2a9d8f', '#e9c46a', '#f4a261', '#e76f51'],
  ['#0b132b', '#1c2541', '#3a506b', '#5bc0be', '#f2f7f5'],
  ['#5f0f40', '#9a031e', '#fb8b24', '#e36414', '#0f4c5c'],
  ['#cdb4db', '#ffc8dd', '#ffafcc', '#bde0fe', '#a2d2ff'],
  ['#283618', '#606c38', '#fefae0', '#dda15e', '#bc6c25'],
  ['#3d348b', '#7678ed', '#f7b801', '#f18701', '#f35b04'],
];

/** Flowing ribbons and discs, for a prompt that names nothing known: in its colours, or in a harmony of the seed. */
export function paintAbstract(stage: Stage): Backdrop {
  const { random, width, height } = stage;
  const wanted = named(stage);
  const colours = wanted.length > 0 ? shadesOf(wanted) : [...random.pick(harmonies)];
  const ground = verticalGradient(
    'ground',
    evenly([colours[0] ?? '#264653', mix(colours[0] ?? '#264653', colours[1] ?? '#2a9d8f', 0.6)]),
  );
  const fill = element('rect', { x: 0, y: 0, width, height, fill: 'url(#ground)' });
  const discs = Array.from({ length: 5 }, (_, index) =>
    element('circle', {
      cx: random.next() * width,
      cy: random.next() * height * 0.7,
      r: random.between(50, 190),
      fill: colours[(index + 1) % colours.length] ?? '#ffffff',
      opacity: random.between(0.55, 0.95),
    }),
  );
  const ribbons = Array.from({ length: 5 }, (_, index) =>
    ribbon(stage, height * (0.36 + index * 0.14), colours[(index + 2) % colours.length] ?? '#ffffff'),
  );
  return { behind: ground + fill + discs.join('') + ribbons.join(''), front: '', feet: undefined, shadow: undefined };
}

function shadesOf(colours: readonly string[]): string[] {
  return colours.flatMap((colour) => [colour, lighter(colour, 0.55), darker(colour, 0.35), lighter(colour, 0.25)]);
}

function ribbon(stage: Stage, y: number, fill: string): string {
  const { random, width, height } = stage;
  const points = Array.from(
    { length: 6 },
    (_, index) => [(index / 5) * width, y + random.between(-0.11, 0.11) * height] as const,
  );
  const path = `M0 ${number(points[0]?.[1] ?? y)}${smooth(points)}L${number(width)} ${number(height)}L0 ${number(height)}Z`;
  return element('path', { d: path, fill, opacity: 0.86 });
}
