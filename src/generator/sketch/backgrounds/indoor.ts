import { darker, lighter, mix, namedColours } from '../colour.ts';
import { element, evenly, verticalGradient } from '../svg.ts';
import { skyColours } from './sky.ts';
import type { Backdrop, Stage } from './stage.ts';

const walls = ['#e9d3b4', '#bcd3cf', '#d8c3d6', '#c9d6b4', '#e6bfae', '#b9cbe0'] as const;

function wallColour({ palette, random, time }: Stage): string {
  const [named] = palette;
  const colour = named === undefined ? random.pick(walls) : lighter(namedColours[named], 0.45);
  return time === 'night' ? mix(colour, '#1d1f44', 0.55) : time === 'sunset' ? mix(colour, '#e07a4a', 0.22) : colour;
}

function wall(stage: Stage, bottom: number): string {
  const colour = wallColour(stage);
  const shade = verticalGradient('wall', evenly([darker(colour, 0.06), lighter(colour, 0.2)]));
  return shade + element('rect', { x: 0, y: 0, width: stage.width, height: bottom + 2, fill: 'url(#wall)' });
}

/** A wall with a window or a picture, a skirting board and a wooden floor. */
export function paintRoom(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const base = height * random.between(0.68, 0.73);
  const wood = stage.time === 'night' ? '#5d4634' : random.pick(['#b98a5a', '#a3764c', '#c79c6d']);
  const floor = verticalGradient('floor', evenly([darker(wood, 0.12), lighter(wood, 0.1)]));
  const boards = Array.from({ length: 5 }, (_, index) =>
    element('rect', {
      x: 0,
      y: base + (height - base) * (index / 5) ** 1.4,
      width,
      height: 3,
      fill: darker(wood, 0.3),
      opacity: 0.5,
    }),
  );
  const skirting = element('rect', { x: 0, y: base - 22, width, height: 22, fill: lighter(wallColour(stage), 0.55) });
  const rug = element('ellipse', {
    cx: width / 2,
    cy: height * 0.9,
    rx: width * 0.42,
    ry: height * 0.075,
    fill: random.pick(['#b8535a', '#4f7f9a', '#7a6aa8', '#d0a04f']),
    opacity: 0.75,
  });
  const side = random.chance(0.5) ? 0.07 : 0.66;
  const opening = stage.allows('window')
    ? windowWithView(stage, width * side, height * 0.1, width * 0.27, height * 0.34)
    : '';
  const ground =
    floor +
    element('rect', { x: 0, y: base, width, height: height - base, fill: 'url(#floor)' }) +
    boards.join('') +
    rug;
  return { behind: wall(stage, base) + opening + skirting + ground, front: '', feet: height * 0.92, shadow: '#2d1d10' };
}

function windowWithView(stage: Stage, x: number, y: number, width: number, height: number): string {
  const view = verticalGradient('view', evenly(skyColours(stage)));
  const frame = element('rect', {
    x: x - 12,
    y: y - 12,
    width: width + 24,
    height: height + 24,
    rx: 6,
    fill: '#f7f1e6',
  });
  const glass = element('rect', { x, y, width, height, fill: 'url(#view)' });
  const bars =
    element('rect', { x: x + width / 2 - 5, y, width: 10, height, fill: '#f7f1e6' }) +
    element('rect', { x, y: y + height / 2 - 5, width, height: 10, fill: '#f7f1e6' });
  const sill = element('rect', {
    x: x - 24,
    y: y + height + 10,
    width: width + 48,
    height: 14,
    rx: 5,
    fill: '#e5dac6',
  });
  return view + frame + glass + bars + sill;
}

/** A table top before a soft wall. */
export function paintTable(stage: Stage): Backdrop {
  const { height, width, random } = stage;
  const edge = height * random.between(0.62, 0.67);
  const wood = stage.time === 'night' ? '#5b4230' : random.pick(['#a8743f', '#8c5f3a', '#c0935c']);
  const top = verticalGradient('table', evenly([darker(wood, 0.16), lighter(wood, 0.16)]));
  const grain = Array.from({ length: 7 }, () =>
    element('rect', {
      x: random.between(-80, width * 0.7),
      y: random.between(edge + 20, height),
      width: random.between(160, 460),
      height: 3,
      rx: 2,
      fill: darker(wood, 0.22),
      opacity: 0.45,
    }),
  );
  const lights = Array.from({ length: 7 }, () =>
    element('circle', {
      cx: random.next() * width,
      cy: random.next() * edge,
      r: random.between(26, 74),
      fill: '#fff4d8',
      opacity: 0.2,
    }),
  );
  const rim = element('rect', { x: 0, y: edge, width, height: 10, fill: lighter(wood, 0.32) });
  const board = element('rect', { x: 0, y: edge, width, height: height - edge, fill: 'url(#table)' });
  return {
    behind: wall(stage, edge) + lights.join('') + top + board + grain.join('') + rim,
    front: '',
    feet: height * 0.88,
    shadow: '#2a190b',
  };
}
