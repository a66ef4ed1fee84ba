import { type Category, categories, vocabulary } from './lexicon.ts';
import type { Word } from './words.ts';

/** A run of words that are one modifier. */
export interface Span {
  from: number;
  /** Exclusive. */
  to: number;
  category: Category;
}

/** Words that may end the name of a style. */
export const styleWords = new Set(['style', 'styled', 'aesthetic', 'aesthetics']);

interface Compound {
  category: Category;
  heads: ReadonlySet<string>;
  qualifiers: ReadonlySet<string>;
  /** First words of heads and of qualifiers: most words of a text start neither, which spares the search. */
  headStarts: ReadonlySet<string>;
  qualifierStarts: ReadonlySet<string>;
}

/** Words of one entry of the lexicon at most; and qualifiers before a head at most. */
const longestEntry = 4;
const mostQualifiers = 3;

const list = (text: string): string[] => text.split('|').map((entry) => entry.trim().replace(/\s+/g, ' '));

const phrases = new Map<string, Category>(
  categories.flatMap((category) => list(vocabulary[category].phrases).map((phrase) => [phrase, category] as const)),
);

const compounds: Compound[] = categories.flatMap((category) =>
  (vocabulary[category].compounds ?? '')
    .split(/\n(?=[^\n]*<-)/)
    .filter((line) => line.includes('<-'))
    .map((line) => {
      const [heads = '', qualifiers = ''] = line.split('<-');
      return {
        category,
        heads: new Set(list(heads)),
        qualifiers: new Set(list(qualifiers)),
        headStarts: startsOf(list(heads)),
        qualifierStarts: startsOf(list(qualifiers)),
      };
    }),
);

const phraseStarts = startsOf(phrases.keys());

/** The modifiers in a run of words, the longest at each place, none overlapping. */
export function findSpans(words: readonly Word[]): Span[] {
  const normal = words.map((word) => word.normal);
  const spans: Span[] = [];
  let at = 0;
  while (at < normal.length) {
    const span = longestSpanAt(normal, at);
    if (span) spans.push(span);
    at = span?.to ?? at + 1;
  }
  return spans;
}

function longestSpanAt(words: readonly string[], from: number): Span | undefined {
  let best: Span | undefined;
  const offer = (to: number, category: Category) => {
    if (!best || to > best.to) best = { from, to, category };
  };
  const first = words[from] ?? '';
  const last = phraseStarts.has(first) ? Math.min(words.length, from + longestEntry) : from;
  for (let to = from + 1; to <= last; to += 1) {
    const category = phrases.get(words.slice(from, to).join(' '));
    if (category) offer(to, category);
  }
  for (const compound of compounds) {
    const to = compoundEnd(words, from, compound, mostQualifiers);
    if (to) offer(to, compound.category);
  }
  return best && withStyleWord(words, best);
}

/** Where a run of one to `left` qualifiers and a head ends, or undefined. */
function compoundEnd(words: readonly string[], from: number, compound: Compound, left: number): number | undefined {
  if (!compound.qualifierStarts.has(words[from] ?? '')) return undefined;
  let longest: number | undefined;
  for (let to = from + 1; to <= Math.min(words.length, from + longestEntry); to += 1) {
    if (!compound.qualifiers.has(words.slice(from, to).join(' '))) continue;
    const end = headEnd(words, to, compound) ?? (left > 1 ? compoundEnd(words, to, compound, left - 1) : undefined);
    if (end && end > (longest ?? 0)) longest = end;
  }
  return longest;
}

function headEnd(words: readonly string[], from: number, compound: Compound): number | undefined {
  if (!compound.headStarts.has(words[from] ?? '')) return undefined;
  for (let to = Math.min(words.length, from + longestEntry); to > from; to -= 1) {
    if (compound.heads.has(words.slice(from, to).join(' '))) return to;
  }
  return undefined;
}

/** "watercolor style" and "comic book art style" are the modifier they name. */
function withStyleWord(words: readonly string[], span: Span): Span {
  if (span.category !== 'medium' && span.category !== 'style') return span;
  const next = words[span.to] === 'art' ? span.to + 1 : span.to;
  return styleWords.has(words[next] ?? '') ? { ...span, to: next + 1 } : span;
}

function startsOf(entries: Iterable<string>): Set<string> {
  return new Set([...entries].map((entry) => entry.split(' ')[0] ?? ''));
}
