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
  const kept: { item: Item; read: Read }[] = [];
  for (const item of ranked) {
    const read = readClauses(item.prompt);
    const first = kept.find((other) => areAlike(other.read, read));
    if (first) first.item = { ...first.item, alike: first.item.alike + item.alike + 1 };
    else kept.push({ item, read });
  }
  return kept.map(({ item }) => item);
}

/** The clauses that count, and all their words. */
interface Read {
  clauses: readonly Clause[];
  words: string;
}

interface Clause {
  text: string;
  /** Lower case, between single spaces. */
  words: string;
  length: number;
}

const options = /(?:\s--?[a-z]+(?:[ =][\w.:]+)?)+\s*$/i;

function readClauses(prompt: string): Read {
  const clauses = withoutTail(clausesOf(prompt));
  // A prompt of signs alone is its own word.
  return { clauses, words: clauses.map(({ words }) => words).join(' ') || prompt.trim() };
}

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

function areAlike(one: Read, other: Read): boolean {
  if (one.words === other.words) return true;
  const differs = one.clauses.findIndex(({ words }, index) => words !== other.clauses[index]?.words);
  const shared = lengthOf(differs < 0 ? one.clauses : one.clauses.slice(0, differs));
  return shared > 0 && shared >= sharedPart * Math.max(lengthOf(one.clauses), lengthOf(other.clauses));
}

function lengthOf(clauses: readonly Clause[]): number {
  return clauses.reduce((sum, { length }) => sum + length, 0);
}
