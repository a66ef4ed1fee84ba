import { type Claims, claimsOf, merge } from './facets.ts';
import { type Category, categories } from './lexicon.ts';
import { readPrompt } from './modifiers.ts';
import type { RefineRequest } from './refiner.ts';
import { stem, stemsOf } from './stems.ts';
import { negations, segmentsOf, type Word } from './words.ts';

/** What a person's own words leave open, and what they rule out. */
export interface OwnWords {
  claims: Claims;
  /** How many modifiers of each category may still be added. */
  room: Readonly<Record<Category, number>>;
  /** Stems of every word, so that nothing is said twice. */
  stems: ReadonlySet<string>;
  /** Stems of the modifiers already there. */
  modifierStems: ReadonlySet<string>;
  /** Stems of what the text says it is without. */
  refusedStems: ReadonlySet<string>;
  /** Stems of each phrase of the negative prompt. */
  refusedPhrases: readonly (readonly string[])[];
}

const limits: Record<Category, number> = {
  medium: 1,
  style: 1,
  light: 1,
  colour: 1,
  composition: 1,
  mood: 1,
  quality: 2,
};

/** Words that a negation reaches: "no people or harsh shadows". */
const negationReach = 4;
const negationEnds = new Set(['but', 'with', 'on', 'in', 'at', 'under', 'is', 'are', 'just', 'only']);

/** Reads a text together with the style and negative prompt of its request. */
export function readOwnWords(text: string, request: RefineRequest): OwnWords {
  const modifiers = readPrompt(text).flatMap((segment) => segment.modifiers);
  const counts = (category: Category) => modifiers.filter((modifier) => modifier.category === category).length;
  const room = Object.fromEntries(
    categories.map((category) => [category, Math.max(0, limits[category] - counts(category))]),
  ) as Record<Category, number>;
  const styleWords = wordsOf(request.style ?? '');
  if (request.style) Object.assign(room, { medium: 0, style: 0 });
  if (/\bin the style of\b/i.test(text)) room.style = 0;
  const { kept, refused } = splitByNegation(text);
  return {
    claims: merge(claimsOf(kept), claimsOf(styleWords)),
    room,
    stems: new Set([...kept, ...styleWords].map(stem)),
    modifierStems: new Set([...modifiers.flatMap((modifier) => stemsOf(modifier.words)), ...stemsOf(styleWords)]),
    refusedStems: new Set(refused.map(stem)),
    refusedPhrases: segmentsOf(request.negativePrompt ?? '').map((segment) =>
      stemsOf(segment.words.map((word) => word.normal)),
    ),
  };
}

function wordsOf(text: string): string[] {
  return segmentsOf(text).flatMap((segment) => segment.words.map((word) => word.normal));
}

function splitByNegation(text: string): { kept: string[]; refused: string[] } {
  const kept: string[] = [];
  const refused: string[] = [];
  for (const segment of segmentsOf(text)) {
    let reach = 0;
    for (const { normal } of segment.words satisfies readonly Word[]) {
      if (negationEnds.has(normal)) reach = 0;
      (reach > 0 ? refused : kept).push(normal);
      reach = negations.has(normal) ? negationReach : Math.max(0, reach - 1);
    }
  }
  return { kept, refused };
}
