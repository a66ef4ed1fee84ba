import { fantasy } from './fantasy.ts';
import { food } from './food.ts';
import { moods } from './moods.ts';
import { nature } from './nature.ts';
import { objects } from './objects.ts';
import { people } from './people.ts';
import { pets } from './pets.ts';
import { places } from './places.ts';
import { vehicles } from './vehicles.ts';
import { wildlife } from './wildlife.ts';

const themes = [pets, wildlife, food, vehicles, places, people, fantasy, nature, objects, moods].map((lines) =>
  lines.trim().split('\n'),
);

/** The demo corpus in its order of import: the themes take turns, so that the first few already show them all. */
export const demoPrompts: readonly string[] = Array.from(
  { length: Math.max(...themes.map(({ length }) => length)) },
  (_, row) => themes.flatMap((theme) => theme[row] ?? []),
).flat();
