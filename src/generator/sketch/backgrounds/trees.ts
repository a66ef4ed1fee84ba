import { darker, lighter } from '../colour.ts';
import { element, polygon } from '../svg.ts';
import { inLight, type Stage } from './stage.ts';

/** A broad-leaved tree with its foot at x, y; 230 units high at size 1. */
export function roundTree(stage: Stage, x: number, y: number, size: number): string {
  const { random } = stage;
  const green = inLight(stage, random.pick(['#3f8f3c', '#5aa545', '#2f7d4a']));
  const trunk = element('rect', {
    x: x - 11 * size,
    y: y - 100 * size,
    width: 22 * size,
    height: 100 * size,
    fill: inLight(stage, '#7a4f2c'),
  });
  const crown = [
    [0, -170, 70],
    [-48, -130, 52],
    [48, -132, 54],
    [0, -115, 56],
  ].map(([dx = 0, dy = 0, radius = 0], index) =>
    element('circle', {
      cx: x + dx * size,
      cy: y + dy * size,
      r: radius * size,
      fill: index === 0 ? lighter(green, 0.12) : green,
    }),
  );
  return trunk + crown.join('');
}

/** A conifer with its foot at x, y. */
export function conifer(x: number, y: number, tall: number, colour: string, snowy: boolean): string {
  const wide = tall * 0.34;
  const tiers = [0, 0.26, 0.52].map((share, index) => {
    const top = y - tall * (1 - share * 0.8);
    const bottom = y - tall * (0.58 - share * 0.88);
    const half = wide * (0.55 + index * 0.22);
    const tier = polygon(
      [
        [x, top],
        [x + half, bottom],
        [x - half, bottom],
      ],
      index === 1 ? lighter(colour, 0.05) : colour,
    );
    const cap = snowy
      ? polygon(
          [
            [x, top],
            [x + half * 0.5, top + (bottom - top) * 0.5],
            [x, top + (bottom - top) * 0.38],
            [x - half * 0.5, top + (bottom - top) * 0.5],
          ],
          '#f4f8fc',
          0.95,
        )
      : '';
    return tier + cap;
  });
  const trunk = element('rect', {
    x: x - tall * 0.035,
    y: y - tall * 0.16,
    width: tall * 0.07,
    height: tall * 0.16,
    fill: darker('#6b4526', 0.2),
  });
  return trunk + tiers.reverse().join('');
}
