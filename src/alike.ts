import { readPrompt } from './refiner/modifiers.ts';

/** What of two prompts' words, counted in whole clauses from the start, near-duplicates share. */
const sharedPart = 0.8;

interface Read {
  words: string;
  clauses: readonly (readonly string[])[];
}

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

function areAlike(one: Read, other: Read): boolean {
  if (one.words === other.words) return true;
  const longest = Math.max(lengthOf(one.clauses), lengthOf(other.clauses));
  const differs = one.clauses.findIndex((clause, index) => clause.join(' ') !== other.clauses[index]?.join(' '));
  return lengthOf(differs < 0 ? one.clauses : one.clauses.slice(0, differs)) >= sharedPart * longest;
}

function lengthOf(clauses: Read['clauses']): number {
  return clauses.reduce((sum, clause) => sum + clause.length, 0);
}

const options = /(?:\s--?[a-z]+(?:[ =][\w.:]+)?)+\s*$/i;

function readClauses(prompt: string): Read {
  const clauses = prompt
    .replace(options, '')
    .split(/[,;.|()[\]\n]+/)
    .filter((clause) => wordsOf(clause).length > 0);
  while (clauses.length > 1 && saysNothing(clauses.at(-1) ?? '')) clauses.pop();
  const read = clauses.map(wordsOf);
  // A prompt of signs alone is its own word.
  return { words: read.flat().join(' ') || prompt.trim(), clauses: read };
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  );
}

function saysNothing(clause: string): boolean {
  if (/^\s*(?:#|v|no\.?)?\s*\d+\s*$/i.test(clause)) return true;
  if (/["'“”‘’]/.test(clause)) return false;
  const segments = readPrompt(clause);
  return (
    segments.length > 0 &&
    segments.every(
      ({ onlyModifiers, modifiers }) => onlyModifiers && modifiers.every(({ category }) => category === 'quality'),
    )
  );
}
