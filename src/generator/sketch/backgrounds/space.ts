import { lighter, mix, namedColours } from '../colour.ts';
import { element, evenly, radialGradient, verticalGradient } from '../svg.ts';
import { stars } from './sky.ts';
import type { Backdrop, Stage } from './stage.ts';

/** Stars, nebulae and now and then a planet. */
export function paintSpace(stage: Stage): Backdrop {
  const { random, width, height, palette } = stage;
  const named = palette.map((name) => namedColours[name]);
  const glows = [0, 1, 2].map((index) => {
    const colour =
      named[index % Math.max(1, named.length)] ?? random.pick(['#5b2fa8', '#1d5fbf', '#b3327f', '#0f8a8a']);
    const id = `nebula${index}`;
    const cloudy = radialGradient(id, [
      { at: 0, colour, opacity: 0.62 },
      { at: 1, colour, opacity: 0 },
    ]);
    return (
      cloudy +
      element('ellipse', {
        cx: random.next() * width,
        cy: random.next() * height,
        rx: random.between(320, 620),
        ry: random.between(220, 460),
        fill: `url(#${id})`,
      })
    );
  });
  const base = verticalGradient('space', evenly(['#03040f', '#0b0c2a', '#120a2c']));
  const fill = element('rect', { x: 0, y: 0, width, height, fill: 'url(#space)' });
  return {
    behind: base + fill + glows.join('') + stars(stage, height, 170) + planet(stage),
    front: '',
    feet: undefined,
    shadow: undefined,
  };
}

function planet(stage: Stage): string {
  const { random, width, height } = stage;
  if (!random.chance(0.6) || !stage.allows('planet', 'ringed-planet')) return '';
  const radius = random.between(70, 130);
  const x = random.chance(0.5) ? width * 0.1 : width * 0.9;
  const y = height * random.between(0.1, 0.25);
  const colour = random.pick(['#d98f5c', '#7aa7d9', '#c9779b', '#8fc7a2']);
  const shade = radialGradient('planet', [
    { at: 0.2, colour: lighter(colour, 0.35) },
    { at: 1, colour: mix(colour, '#0a0a20', 0.55) },
  ]);
  return shade + element('circle', { cx: x, cy: y, r: radius, fill: 'url(#planet)' });
}
