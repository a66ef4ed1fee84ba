import type { Category } from './lexicon.ts';
import { type Modifier, type ReadSegment, readPrompt } from './modifiers.ts';
import { stemsOf } from './stems.ts';

export interface Bared {
  text: string;
  /** What was cut, as written. */
  removed: readonly string[];
  /** Stems of the modifiers cut. */
  stems: ReadonlySet<string>;
}

interface Cut {
  start: number;
  end: number;
}

/** Framing stays: it belongs to the scene more than to its style. */
const restyled: ReadonlySet<Category> = new Set(['medium', 'style', 'light', 'colour', 'mood', 'quality']);
const articles = new Set(['a', 'an', 'the']);
const introductions = new Set(['in', 'with', 'under', 'as']);

/**
 * Cuts the style, medium, light, colour, mood and quality out of a prompt where that leaves a sound sentence: phrases of
 * their own, "an oil painting of ..." and "... in watercolor". Everything else stays as written; a text that is all style stays whole.
 */
export function removeStyle(text: string): Bared {
  const found = readPrompt(text).flatMap((segment) => {
    const cut = cutOf(text, segment);
    return cut ? [{ cut, segment }] : [];
  });
  const bared = found
    .toReversed()
    .reduce((rest, { cut }) => excise(rest, cut), text)
    .trim();
  if (found.length === 0 || readPrompt(bared).every((segment) => segment.onlyModifiers)) {
    return { text, removed: [], stems: new Set() };
  }
  const gone = found.flatMap(({ cut, segment }) =>
    segment.modifiers.filter((modifier) => modifier.start >= cut.start && modifier.end <= cut.end),
  );
  return {
    text: bared,
    removed: found.map(({ cut }) => text.slice(cut.start, cut.end).trim()),
    stems: new Set(gone.flatMap((modifier) => stemsOf(modifier.words))),
  };
}

function cutOf(text: string, segment: ReadSegment): Cut | undefined {
  // Inside brackets a phrase carries a weight, "(oil painting:1.2)", that would be left behind.
  if (/[([{<]\s*$/.test(text.slice(Math.max(0, segment.start - 3), segment.start))) return undefined;
  const removable = segment.modifiers.filter((modifier) => modifier.aboutPicture && restyled.has(modifier.category));
  if (namesSource(text, segment)) return { start: segment.start, end: segment.end };
  if (removable.length === 0) return undefined;
  if (segment.onlyModifiers && removable.length === segment.modifiers.length)
    return { start: segment.start, end: segment.end };
  return leadCut(segment, removable) ?? closingCut(segment, removable);
}

/** "in the style of ...", "by Jane Doe", "trending on ...": a phrase of its own that names where a style is from. */
function namesSource(text: string, segment: ReadSegment): boolean {
  const written = text.slice(segment.start, segment.end).trim();
  return (
    /^(?:in the style of|trending on) \S/i.test(written) || /^(?:art )?by(?: \p{Lu}[\p{L}.'’-]*){1,4}$/u.test(written)
  );
}

/** "An oil painting of", or all of "oil painting in the style of ...". */
function leadCut(segment: ReadSegment, removable: readonly Modifier[]): Cut | undefined {
  const medium = removable.find((modifier) => modifier.category === 'medium');
  const next = segment.words.findIndex((word) => medium && word.start >= medium.end);
  if (next < 1) return undefined;
  const following = segment.words[next]?.normal;
  if (following === 'in') return { start: segment.start, end: segment.end };
  const subject = segment.words[next + 1];
  return following === 'of' && subject
    ? { start: segment.words[0]?.start ?? segment.start, end: subject.start }
    : undefined;
}

/** "in watercolor", "with soft lighting and vivid colors" at the end of a phrase. */
function closingCut(segment: ReadSegment, removable: readonly Modifier[]): Cut | undefined {
  let at = segment.words.length - 1;
  const inModifier = (index: number) => {
    const word = segment.words[index];
    return word !== undefined && removable.some((modifier) => word.start >= modifier.start && word.end <= modifier.end);
  };
  if (!inModifier(at)) return undefined;
  while (inModifier(at) || articles.has(segment.words[at]?.normal ?? '') || segment.words[at]?.normal === 'and')
    at -= 1;
  const introduction = segment.words[at];
  if (!introduction || at === 0 || !introductions.has(introduction.normal)) return undefined;
  return { start: introduction.start, end: segment.end };
}

/** Takes a cut out together with the comma or spaces before it, or after it at the start of the text. */
function excise(text: string, cut: Cut): string {
  const before = text.slice(0, cut.start).replace(/[,;:\s]+$/, '');
  const after = text.slice(cut.end);
  if (before === '') return after.replace(/^[,;:.\s]+/, '');
  if (/[.!?]$/.test(before)) return before + after.replace(/^[,;.]+/, '');
  return /^\p{L}|^\p{N}/u.test(after) ? `${before} ${after}` : before + after;
}
