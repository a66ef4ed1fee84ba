import type { ColourName } from './colour.ts';
import { singular } from './language.ts';
import type { Reading } from './reading.ts';
import type { Token } from './tokens.ts';
import type { Meaning } from './vocabulary.ts';
import type { RelationWord, Size } from './words.ts';

type Phrase = Token & { kind: 'phrase' };

interface Pending {
  count?: number;
  colour?: ColourName;
  size?: Size;
  /** Unknown words since the last adjective. */
  age: number;
}

interface State extends Reading {
  pending: Pending;
  relation: RelationWord | undefined;
  /** The subjects a relation word speaks of: "a cat and a dog on a sofa" puts both on it. */
  heads: number[];
  /** What "and" repeats: "wearing a scarf and a hat". */
  repeated: RelationWord | undefined;
  joined: boolean;
  negated: boolean;
  /** After an article or a number: a noun follows. */
  determined: boolean;
  /** True until the first comma after a subject: what follows is mostly modifiers. */
  opening: boolean;
}

const maxSubjects = 4;
const maxCopies = 12;

/** Words that an adjective may stand away from its noun: "a red old rusty car". */
const adjectiveReach = 3;

/** After these the first noun goes on acting: "a bear wearing a scarf riding a bicycle". */
const actions: ReadonlySet<RelationWord> = new Set(['wearing', 'with']);

/** Reads tokens from left to right; adjectives wait for their noun, relations for their second noun. */
export function readTokens(tokens: readonly Token[]): Reading {
  const state: State = {
    ...{ subjects: [], relations: [], places: [], times: [], weather: [], treatments: [], palette: [] },
    ...{ avoided: new Set<string>(), pending: { age: 0 }, relation: undefined, repeated: undefined, heads: [] },
    ...{ joined: false, negated: false, determined: false, opening: true },
  };
  tokens.forEach((token, index) => {
    readToken(state, token, tokens[index + 1]);
    state.determined = token.kind === 'article' || token.kind === 'number';
  });
  releaseAdjectives(state);
  return state;
}

/** Every name a phrase goes by, for what a negative prompt keeps out. */
export function namesOf(token: Token): string[] {
  if (token.kind !== 'phrase') return [];
  const { icons = [], place, time, weather, treatment } = token.meaning;
  const names = [token.text, singular(token.text), place, time, weather, treatment];
  return [...icons, ...names.filter((name) => name !== undefined)];
}

function readToken(state: State, token: Token, next: Token | undefined): void {
  if (token.kind === 'break') readBreak(state);
  else if (token.kind === 'and') state.joined = true;
  else if (token.kind === 'number') state.pending = { ...state.pending, count: token.value, age: 0 };
  else if (token.kind === 'unknown') ageAdjectives(state);
  else if (token.kind === 'article') state.negated = state.negated && !state.joined;
  else if (state.negated) readUnwanted(state, token, next);
  else readPhrase(state, token, next);
}

function readBreak(state: State): void {
  releaseAdjectives(state);
  state.relation = undefined;
  state.repeated = undefined;
  state.negated = false;
  state.joined = true;
  state.opening = state.opening && state.subjects.length === 0;
}

function ageAdjectives(state: State): void {
  state.pending = { ...state.pending, age: state.pending.age + 1 };
  if (state.pending.age > adjectiveReach) releaseAdjectives(state);
}

/** A colour that found no noun is the background's. */
function releaseAdjectives(state: State): void {
  releaseColour(state);
  state.pending = { age: 0 };
}

function releaseColour({ pending, palette }: State): void {
  if (pending.colour !== undefined) palette.push(pending.colour);
}

function readUnwanted(state: State, token: Phrase, next: Token | undefined): void {
  if (token.meaning.relation !== undefined) {
    state.negated = false;
    readPhrase(state, token, next);
  } else if (!isAdjective(state, token.meaning, next)) {
    for (const name of namesOf(token)) state.avoided.add(name);
  }
}

function readPhrase(state: State, token: Phrase, next: Token | undefined): void {
  const { meaning } = token;
  if (meaning.negation) state.negated = true;
  else if (meaning.ignored) state.pending = { age: 0 };
  else if (meaning.count !== undefined) state.pending = { ...state.pending, count: meaning.count, age: 0 };
  else if (isAdjective(state, meaning, next)) readAdjective(state, meaning);
  else if (meaning.relation !== undefined) readRelation(state, meaning.relation);
  else if (isSetting(meaning)) readSetting(state, meaning);
  else readNoun(state, token);
}

function readAdjective(state: State, { colour, size }: Meaning): void {
  if (colour !== undefined) releaseColour(state);
  state.pending = {
    ...state.pending,
    ...(colour === undefined ? {} : { colour }),
    ...(size === undefined ? {} : { size }),
    age: 0,
  };
}

function readRelation(state: State, relation: RelationWord): void {
  releaseAdjectives(state);
  state.relation = relation;
}

function readSetting(state: State, { place, time, weather, treatment, colour }: Meaning): void {
  releaseAdjectives(state);
  if (colour !== undefined) state.palette.push(colour);
  if (place !== undefined) state.places.push(place);
  if (time !== undefined) state.times.push(time);
  if (weather !== undefined) state.weather.push(weather);
  if (treatment !== undefined) state.treatments.push(treatment);
  state.relation = undefined;
}

function readNoun(state: State, { meaning, plural }: Phrase): void {
  const [first, ...others] = meaning.icons ?? [];
  const isWanted = !meaning.loose || state.opening || state.determined || state.relation !== undefined;
  if (first !== undefined && isWanted) addSubject(state, [first, ...others], plural);
}

function addSubject(state: State, icons: readonly [string, ...string[]], plural: boolean): void {
  const { pending, subjects } = state;
  const relation = state.relation ?? (state.joined ? state.repeated : undefined);
  const known = subjects.findIndex((subject) => subject.icons.join() === icons.join());
  const isNew = known < 0 || pending.count !== undefined || pending.colour !== undefined;
  state.pending = { age: 0 };
  state.relation = undefined;
  if (isNew && subjects.length === maxSubjects) return;
  const index = isNew ? subjects.length : known;
  if (isNew) subjects.push({ icons, count: copies(pending.count, plural), colour: pending.colour, size: pending.size });
  if (relation !== undefined) {
    for (const from of state.heads) if (from !== index) state.relations.push({ kind: relation, from, to: index });
  }
  const keepsActor = relation !== undefined && actions.has(relation);
  if (!keepsActor) state.heads = state.joined && relation === undefined ? [...state.heads, index] : [index];
  state.repeated = keepsActor ? relation : undefined;
  state.joined = false;
}

function copies(count: number | undefined, plural: boolean): number | 'several' {
  if (count === undefined) return plural ? 'several' : 1;
  return Math.min(maxCopies, Math.max(1, count));
}

function isSetting({ place, time, weather, treatment }: Meaning): boolean {
  return [place, time, weather, treatment].some((name) => name !== undefined);
}

/** "orange" before a noun is a colour and "giant" a size; after an article, without a noun, they are a fruit and a troll. */
function isAdjective(state: State, { colour, size, icons, place }: Meaning, next: Token | undefined): boolean {
  if (place !== undefined || (colour === undefined && size === undefined)) return false;
  return icons === undefined || !state.determined || (next?.kind === 'phrase' && next.meaning.relation === undefined);
}
