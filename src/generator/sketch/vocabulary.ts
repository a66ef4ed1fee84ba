import type { ColourName } from './colour.ts';
import { type Emoji, type IconSet, withoutVariation } from './icons.ts';
import { normalise, singular, words } from './language.ts';
import { synonyms } from './synonyms/index.ts';
import { vague } from './vague.ts';
import {
  colours,
  counts,
  ignored,
  negations,
  type Place,
  places,
  type RelationWord,
  relations,
  type Size,
  sizes,
  type Time,
  type Treatment,
  times,
  treatments,
  type Weather,
  weathers,
} from './words.ts';

/** What a phrase asks for. One phrase can mean several things: "orange" is a colour and a fruit, "neon city" a place. */
export interface Meaning {
  /** Icons that draw it, best first; the seed picks one. */
  icons?: readonly string[];
  /** True when only a keyword of the emoji data led to the icons, not a label or a synonym. */
  loose?: boolean;
  /** True when the phrase is an emoji's own label: "grapes" is one thing, though a plural. */
  label?: true;
  place?: Place;
  time?: Time;
  weather?: Weather;
  treatment?: Treatment;
  colour?: ColourName;
  size?: Size;
  count?: number;
  relation?: RelationWord;
  negation?: true;
  ignored?: true;
}

export interface Vocabulary {
  /** The meaning of a normalised phrase, as it stands or in the singular. */
  find(phrase: string): { meaning: Meaning; plural: boolean } | undefined;
  /** The icon of an emoji character, whatever its skin tone. */
  ofEmoji(emoji: string): string | undefined;
  emoji(icon: string): Emoji | undefined;
  /** Words of the longest phrase. */
  longest: number;
}

const group = { faces: 0, people: 1, symbols: 8, flags: 9 };
const subgroup = { costumeFaces: 11, hearts: 14, role: 25, fantasy: 26, person: 23 };
const nounGroups = new Set([3, 4, 5, 6, 7]);

/** A keyword shared by more emoji than this is a category ("animal"), not a thing. */
const maxIconsPerKeyword = 4;

/** Builds the phrase table: curated words win over emoji labels, labels over keywords. */
export function createVocabulary({ emoji }: Pick<IconSet, 'emoji'>): Vocabulary {
  const byLabel = new Map(emoji.map((entry) => [normalise(entry.label), entry.icon]));
  const table = new Map<string, Meaning>();
  const add = (phrase: string, meaning: Meaning) => {
    const key = normalise(phrase);
    if (key) table.set(key, combine(table.get(key), meaning));
  };
  addCuratedWords(add);
  addSynonyms(add, byLabel);
  for (const entry of emoji) if (isNamedThing(entry)) add(entry.label, { icons: [entry.icon], label: true });
  addKeywords(add, emoji);
  const byCode = new Map(emoji.map((entry) => [entry.hexcode, entry.icon]));
  const byIcon = new Map(emoji.map((entry) => [entry.icon, entry]));
  return {
    find: (phrase) => findPhrase(table, phrase),
    ofEmoji: (character) => byCode.get(codeOf(character)),
    emoji: (icon) => byIcon.get(icon),
    longest: Math.max(...[...table.keys()].map((phrase) => phrase.split(' ').length)),
  };
}

/** What came first stays: a keyword adds nothing to a phrase that draws something already. */
function combine(known: Meaning | undefined, { icons, loose, ...rest }: Meaning): Meaning {
  const drawn =
    known?.icons === undefined && icons !== undefined ? { icons, ...(loose === undefined ? {} : { loose }) } : {};
  return { ...rest, ...drawn, ...known };
}

type Add = (phrase: string, meaning: Meaning) => void;

function addCuratedWords(add: Add): void {
  addEach(add, places, (place) => ({ place }));
  addEach(add, times, (time) => ({ time }));
  addEach(add, weathers, (weather) => ({ weather }));
  addEach(add, treatments, (treatment) => ({ treatment }));
  addEach(add, colours, (colour) => ({ colour }));
  addEach(add, sizes, (size) => ({ size }));
  addEach(add, relations, (relation) => ({ relation }));
  addEach(add, counts, (count) => ({ count: Number(count) }));
  for (const phrase of negations.split('|')) add(phrase, { negation: true });
  for (const phrase of ignored.split('|')) add(phrase, { ignored: true });
}

function addEach<Name extends string>(
  add: Add,
  lists: Readonly<Record<Name, string>>,
  meaning: (name: Name) => Meaning,
): void {
  for (const name of Object.keys(lists) as Name[]) {
    for (const phrase of lists[name].split('|')) add(phrase, meaning(name));
  }
}

function addSynonyms(add: Add, byLabel: ReadonlyMap<string, string>): void {
  for (const { words: phrases, labels } of synonyms) {
    const icons = labels.flatMap((label) => byLabel.get(normalise(label)) ?? []);
    if (icons.length > 0) for (const phrase of phrases) add(phrase, { icons });
  }
}

function addKeywords(add: Add, emoji: readonly Emoji[]): void {
  const byKeyword = new Map<string, Emoji[]>();
  for (const entry of emoji) {
    if (!hasNounKeywords(entry)) continue;
    for (const tag of entry.tags) {
      const keyword = normalise(tag);
      if (!vague.has(keyword) && /[a-z]{3}/.test(keyword)) {
        byKeyword.set(keyword, [...(byKeyword.get(keyword) ?? []), entry]);
      }
    }
  }
  for (const [keyword, entries] of byKeyword) {
    const named = entries.filter((entry) => words(entry.label).includes(keyword));
    const best = named.length > 0 ? named : entries;
    if (best.length <= maxIconsPerKeyword) add(keyword, { icons: best.map(({ icon }) => icon), loose: true });
  }
}

/** Faces, gestures and symbols are named only by more than one word: "smiling", "ok" and "up" are no things to draw. */
function isNamedThing(entry: Emoji): boolean {
  const label = normalise(entry.label);
  if (entry.group === group.symbols || entry.group === group.flags || entry.group < 0) return false;
  if (nounGroups.has(entry.group)) return !vague.has(label);
  if (entry.group === group.faces && entry.subgroup === subgroup.costumeFaces) return true;
  const isPerson = entry.subgroup >= subgroup.person && entry.group === group.people;
  return label.includes(' ') || (isPerson && !vague.has(label));
}

function hasNounKeywords(entry: Emoji): boolean {
  if (nounGroups.has(entry.group)) return true;
  return entry.group === group.people && (entry.subgroup === subgroup.role || entry.subgroup === subgroup.fantasy);
}

function findPhrase(table: ReadonlyMap<string, Meaning>, phrase: string) {
  const exact = table.get(phrase);
  const one = singular(phrase);
  const single = one === undefined ? undefined : table.get(one);
  if (exact !== undefined) {
    const plural = !exact.label && single?.icons !== undefined && exact.icons?.join() === single.icons.join();
    return { meaning: exact, plural };
  }
  if (single?.icons === undefined) return undefined;
  return { meaning: { icons: single.icons, loose: single.loose === true }, plural: true };
}

function codeOf(character: string): string {
  return withoutVariation([...character].map((point) => point.codePointAt(0)?.toString(16).padStart(4, '0')).join('-'));
}
