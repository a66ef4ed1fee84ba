import { type Claims, claimsOf } from './facets.ts';
import type { Category } from './lexicon.ts';
import { findSpans, type Span, styleWords } from './spans.ts';
import { negations, type Segment, segmentsOf, type Word } from './words.ts';

/** A phrase that says how a picture is made: "soft lighting", "oil painting", "35mm". */
export interface Modifier {
  category: Category;
  /** As written, in lower case but for abbreviations such as 4K. */
  text: string;
  /** Normalised words: equal for two spellings of one modifier. */
  words: readonly string[];
  claims: Claims;
  start: number;
  end: number;
  /** False where it may describe a thing in the picture ("a vintage car", "a painting on the wall") or is negated. */
  aboutPicture: boolean;
}

export interface ReadSegment {
  start: number;
  end: number;
  words: readonly Word[];
  modifiers: readonly Modifier[];
  /** True when nothing but modifiers and small words is in it. */
  onlyModifiers: boolean;
}

const smallWords = new Set(
  'a an the in on of with and at by as to into for from style styled art aesthetic aesthetics its very rendered shot lit under using'.split(
    ' ',
  ),
);
const requestWords = new Set('create generate draw make paint please image picture render me'.split(' '));
/** What may follow a modifier inside a sentence; any other word makes it likely that the modifier describes that word. */
const followers = new Set(
  'of in on and with from at over through to that which while highlighting casting creating showing for as by across throughout featuring illuminating'.split(
    ' ',
  ),
);

/** Reads a prompt: its segments, and the modifiers in each. */
export function readPrompt(text: string): ReadSegment[] {
  return segmentsOf(text).map((segment) => readSegment(text, segment));
}

function readSegment(text: string, segment: Segment): ReadSegment {
  const spans = findSpans(segment.words);
  const covered = new Set(spans.flatMap((span) => range(span.from, span.to)));
  const onlyModifiers =
    spans.length > 0 && segment.words.every((word, index) => covered.has(index) || smallWords.has(word.normal));
  const modifiers = spans.map((span) => ({
    ...describe(text, segment.words.slice(span.from, span.to)),
    category: span.category,
    aboutPicture: !isNegated(segment.words, span) && (onlyModifiers || isAboutPicture(segment.words, span, covered)),
  }));
  return { start: segment.start, end: segment.end, words: segment.words, modifiers, onlyModifiers };
}

function describe(text: string, words: readonly Word[]) {
  const start = words[0]?.start ?? 0;
  const end = words.at(-1)?.end ?? 0;
  const normal = words.map((word) => word.normal);
  const written = text
    .slice(start, end)
    .toLowerCase()
    .replace(/[\s_]+/g, ' ')
    .replace(/\b(?:dslr|u?hdr?|cgi|3d|4k|8k|16k)\b/g, (abbreviation) => abbreviation.toUpperCase());
  return { text: written, words: normal, claims: claimsOf(normal), start, end };
}

function isNegated(words: readonly Word[], span: Span): boolean {
  return words.slice(Math.max(0, span.from - 4), span.from).some((word) => negations.has(word.normal));
}

function isAboutPicture(words: readonly Word[], span: Span, covered: ReadonlySet<number>): boolean {
  const next = words[span.to]?.normal;
  const named = styleWords.has(words[span.to - 1]?.normal ?? '');
  if (span.category === 'medium' || span.category === 'style') {
    const before = words.slice(0, span.from).map((word, index) => covered.has(index) || isLeadWord(word.normal));
    const introduces =
      next === 'of' || (next === 'in' && words.slice(span.to + 1).some((word) => word.normal === 'style'));
    const leads = span.category === 'medium' && introduces && before.every(Boolean);
    const closes = next === undefined && ['in', 'as'].includes(lastSolidWord(words.slice(0, span.from)));
    return leads || closes || (named && (next === undefined || next === 'of'));
  }
  const ends = next === undefined || followers.has(next) || covered.has(span.to);
  return ends && span.to - span.from > 1;
}

function isLeadWord(word: string): boolean {
  return smallWords.has(word) || requestWords.has(word);
}

function lastSolidWord(words: readonly Word[]): string {
  return words.findLast((word) => word.normal !== 'a' && word.normal !== 'an')?.normal ?? '';
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
