import type { ColourName } from './colour.ts';
import { namesOf, readTokens } from './reader.ts';
import type { Reading, Relation, Subject } from './reading.ts';
import { tokenise } from './tokens.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Place, Time, Treatment, Weather } from './words.ts';

/** What a prompt asks to see, before any seed decides how. */
export interface Scene {
  /** At most 4. */
  subjects: readonly Subject[];
  relations: readonly Relation[];
  place: Place | undefined;
  time: Time | undefined;
  weather: readonly Weather[];
  /** At most 2. */
  treatments: readonly Treatment[];
  /** Colours that belong to no subject: the background's. */
  palette: readonly ColourName[];
  /** Names of what must not be seen: words, icons, places, times, weathers, treatments. */
  avoided: ReadonlySet<string>;
}

const maxTreatments = 2;
const peopleGroup = 1;

/** Words that name a surrounding more closely than "sky", "background" and the like do. */
const general: ReadonlySet<Place> = new Set(['plain', 'sky', 'room', 'table']);

/** Reads a prompt; `negativePrompt` names what to keep out. Never fails: what it does not know it leaves out. */
export function readScene(prompt: string, negativePrompt: string, vocabulary: Vocabulary): Scene {
  const reading = readTokens(tokenise(prompt, vocabulary));
  const avoided = new Set([...reading.avoided, ...tokenise(negativePrompt, vocabulary).flatMap(namesOf)]);
  const places = unique(reading.places).filter((place) => !avoided.has(place));
  return {
    ...wantedSubjects(reading, avoided, vocabulary),
    place: closest(places),
    time: reading.times.find((time) => !avoided.has(time)),
    weather: unique(reading.weather).filter((weather) => !avoided.has(weather)),
    treatments: unique(reading.treatments)
      .filter((treatment) => !avoided.has(treatment))
      .slice(0, maxTreatments),
    palette: unique(reading.palette).filter((colour) => !avoided.has(colour)),
    avoided,
  };
}

function wantedSubjects(reading: Reading, avoided: ReadonlySet<string>, vocabulary: Vocabulary) {
  const kept = new Map<number, number>();
  const subjects: Subject[] = [];
  reading.subjects.forEach((subject, index) => {
    const [first, ...others] = subject.icons.filter((icon) => !isAvoided(icon, avoided, vocabulary));
    if (first === undefined) return;
    kept.set(index, subjects.length);
    subjects.push({ ...subject, icons: [first, ...others] });
  });
  const relations = reading.relations.flatMap(({ kind, ...ends }) => {
    const from = kept.get(ends.from);
    const to = kept.get(ends.to);
    return from === undefined || to === undefined ? [] : [{ kind, from, to }];
  });
  return { subjects, relations };
}

/** "no people" keeps out everybody, whatever they do. */
function isAvoided(icon: string, avoided: ReadonlySet<string>, vocabulary: Vocabulary): boolean {
  return avoided.has(icon) || (avoided.has('person') && vocabulary.emoji(icon)?.group === peopleGroup);
}

/** A street of a city is a city; otherwise the first that says more than "sky" or "background". */
function closest(places: readonly Place[]): Place | undefined {
  if (places.includes('city') && places.includes('road')) return 'city';
  return places.find((place) => !general.has(place)) ?? places[0];
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
