import type { ColourName } from './colour.ts';
import type { Place, RelationWord, Size, Time, Treatment, Weather } from './words.ts';

/** A thing to draw. */
export interface Subject {
  /** Icons that draw it; the seed picks one. */
  icons: readonly [string, ...string[]];
  /** `several` leaves the number to the seed. */
  count: number | 'several';
  colour?: ColourName | undefined;
  size?: Size | undefined;
}

/** Subject number `from` stands in this relation to subject number `to`. */
export interface Relation {
  kind: RelationWord;
  from: number;
  to: number;
}

/** What the tokens of a prompt ask for, wanted and unwanted alike. */
export interface Reading {
  subjects: Subject[];
  relations: Relation[];
  places: Place[];
  times: Time[];
  weather: Weather[];
  treatments: Treatment[];
  palette: ColourName[];
  /** Names of what must not be seen: words, icons, places, times, weathers, treatments. */
  avoided: Set<string>;
}
