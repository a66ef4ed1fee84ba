import { readPrompt } from './refiner/modifiers.ts';

/** What of two prompts' words, counted in whole clauses from the start, near-duplicates share. */
const sharedPart = 0.8;

interface Counted {
  prompt: string;
  /** How many more there are like it. */
  alike: number;
}

/**
 * Near-duplicates become one: the first of them stays and counts the others. Two prompts are near-duplicates when their words are the same,
 * whatever the case, punctuation and spaces, or when they begin with the same clauses and these make up 80 % of the longer one.
 * Clauses at the end that only praise ("4k, highly detailed"), number ("(2)", "v3") or set an option ("--seed 7") don't count.
 * Words inside a clause always do: "two dogs on a sofa" is not "three dogs on a sofa".
 */
export function collapseAlike<Item extends Counted>(ranked: readonly Item[]): Item[] {
  const kept: Item[] = [];
  const places = new Map<string, number>();
  // Near-duplicates begin with the same clause, so that few prompts need be compared.
  const families = new Map<string, { place: number; clauses: readonly Clause[] }[]>();
  for (const item of ranked) {
    const clauses = clausesOf(item.prompt);
    const words = clauses.map(({ words }) => words).join(' ') || item.prompt.trim();
    const beginning = clauses[0]?.words ?? words;
    const family = families.get(beginning) ?? [];
    const place = places.get(words) ?? family.find((other) => areAlike(other.clauses, clauses))?.place ?? kept.length;
    const first = kept[place];
    kept[place] = first ? { ...first, alike: first.alike + item.alike + 1 } : item;
    places.set(words, place);
    if (!first) families.set(beginning, [...family, { place, clauses }]);
  }
  return kept;
}

interface Clause {
  text: string;
  /** Lower case, between single spaces. */
  words: string;
  length: number;
}

const options = /(?:\s--?[a-z]+(?:[ =][\w.:]+)?)+\s*$/i;

function clausesOf(prompt: string): Clause[] {
  return prompt
    .replace(options, '')
    .split(/[,;.|()[\]\n]+/)
    .flatMap((text) => {
      const words =
        text
          .normalize('NFKC')
          .toLowerCase()
          .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
      return words.length > 0 ? [{ text, words: words.join(' '), length: words.length }] : [];
    });
}

function withoutTail(clauses: readonly Clause[]): readonly Clause[] {
  const last = clauses.findLastIndex(({ text }, index) => index === 0 || !saysNothing(text));
  return clauses.slice(0, last + 1);
}

function saysNothing(clause: string): boolean {
  if (/^\s*(?:#|v|no\.?)?\s*\d+\s*$/i.test(clause)) return true;
  // A text in quotes is to be read in the picture.
  if (/["'“”‘’]/.test(clause)) return false;
  const segments = readPrompt(clause);
  return (
    segments.length > 0 &&
    segments.every(
      ({ onlyModifiers, modifiers }) => onlyModifiers && modifiers.every(({ category }) => category === 'quality'),
    )
  );
}

function areAlike(...prompts: [readonly Clause[], readonly Clause[]]): boolean {
  const [one, other] = [withoutTail(prompts[0]), withoutTail(prompts[1])];
  const differs = one.findIndex(({ words }, index) => words !== other[index]?.words);
  const shared = lengthOf(differs < 0 ? one : one.slice(0, differs));
  return shared >= sharedPart * Math.max(lengthOf(one), lengthOf(other));
}

function lengthOf(clauses: readonly Clause[]): number {
  return clauses.reduce((sum, { length }) => sum + length, 0);
}
