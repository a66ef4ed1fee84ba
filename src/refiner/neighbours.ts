import type { Change } from '../store/store.ts';
import { type Candidate, candidatesOf, distinct, rankCandidates, weightOf } from './candidates.ts';
import { choose, pick } from './choose.ts';
import { append } from './compose.ts';
import { type OwnWords, readOwnWords } from './own-words.ts';
import type { Refinement, RefineRequest, Refiner, RefinerNeighbour } from './refiner.ts';
import { type Bared, removeStyle } from './remove-style.ts';

/** A refined prompt has at most so many UTF-16 units, unless the person's own text is longer already. */
const longestPrompt = 1000;
const mostVariants = 2;

/** Sets within this share of the best may answer a restyle, so that asking again gives another. */
const goodEnough = 0.6;

const nothingToAdd = 'The most similar prompts have nothing to add that fits, so your words stay as they are.';

/**
 * Refines without a language model: adds the modifiers (medium, style, light, colour, composition, mood, quality) that
 * the nearest prompts share and the text lacks. The text itself stays the beginning of the result, word for word; only
 * `restyle` cuts modifiers out of it. Only words of the lexicon are ever added, so no neighbour can bring in a name,
 * a subject or an instruction.
 */
export function createNeighboursRefiner(): Refiner {
  return {
    name: 'neighbours',
    async refine(request, options) {
      options?.signal?.throwIfAborted();
      const text = request.text.trim();
      return request.mode === 'restyle' ? restyle(text, request) : refine(text, request);
    },
  };
}

function refine(text: string, request: RefineRequest): Refinement {
  const own = readOwnWords(text, request);
  const candidates = rankCandidates(request.neighbours);
  const chosen = choose(candidates, own, request.seed);
  const others = choose(
    candidates.filter((candidate) => !chosen.includes(candidate)),
    own,
    request.seed,
  );
  const count = distinct(request.neighbours).length;
  return answer(request, { text, removed: [] }, chosen, [others], (candidate) => reasonOf(candidate, count));
}

function restyle(text: string, request: RefineRequest): Refinement {
  const bared = removeStyle(withoutEnding(text, request.style));
  const own = readOwnWords(bared.text, request);
  const sets = distinct(request.neighbours).map((neighbour) => styleSet(neighbour, bared, own, request.seed));
  const first = pickSet(sets, request.seed);
  if (!first && !request.style) return answer(request, { text, removed: [] }, [], [], styleReason);
  const rest = sets
    .filter((set) => set !== first && set.chosen.length > 0)
    .sort((one, other) => other.score - one.score);
  return answer(
    request,
    bared,
    first?.chosen ?? [],
    rest.map((set) => set.chosen),
    styleReason,
  );
}

/** A chosen style that stands at the end of the text already would be cut in part: it comes back whole. */
function withoutEnding(text: string, style: string | undefined): string {
  if (!style || !text.toLowerCase().endsWith(style.toLowerCase())) return text;
  return text.slice(0, -style.length).replace(/[,\s]+$/, '');
}

interface StyleSet {
  id: string;
  chosen: Candidate[];
  score: number;
}

function styleSet(neighbour: RefinerNeighbour, bared: Bared, own: OwnWords, seed: number): StyleSet {
  const offered = candidatesOf(neighbour);
  const fresh = offered.filter((candidate) => !candidate.stems.every((stem) => bared.stems.has(stem)));
  const isSameStyle = fresh.length * 2 < offered.length;
  const chosen = isSameStyle ? [] : choose(fresh, own, seed);
  const defines = chosen.some((candidate) => candidate.category === 'medium' || candidate.category === 'style');
  return { id: neighbour.id, chosen, score: weightOf(neighbour) * Math.min(chosen.length, 3) * (defines ? 2 : 1) };
}

function pickSet(sets: readonly StyleSet[], seed: number): StyleSet | undefined {
  const usable = sets.filter((set) => set.score > 0);
  return pick(
    usable,
    (set) => set.score,
    (set) => set.id,
    seed,
    goodEnough,
  );
}

function answer(
  request: RefineRequest,
  base: Pick<Bared, 'text' | 'removed'>,
  chosen: readonly Candidate[],
  others: readonly (readonly Candidate[])[],
  reason: (candidate: Candidate) => string,
): Refinement {
  const styled = withStyle(base.text, request.style);
  const fitting = withinLength(styled.text, chosen);
  const added = fitting.map((candidate) => toChange(candidate, reason(candidate)));
  const removed = base.removed.map(
    (text): Change => ({ kind: 'removed', text, reason: 'makes room for another style' }),
  );
  const prompt = append(styled.text, fitting.map(textOf));
  const variants = others.map((set) => append(styled.text, withinLength(styled.text, set).map(textOf)));
  return {
    prompt,
    negativePrompt: request.negativePrompt,
    changes: [...removed, ...styled.changes, ...added],
    variants: [...new Set(variants)]
      .filter((variant) => variant !== prompt && variant !== styled.text)
      .slice(0, mostVariants),
    refiner: 'neighbours',
    ...(added.length === 0 ? { notice: nothingToAdd } : {}),
  };
}

/** As many of the modifiers, in order, as the length allows. */
function withinLength(text: string, chosen: readonly Candidate[]): Candidate[] {
  const fitting: Candidate[] = [];
  for (const candidate of chosen) {
    if (append(text, [...fitting, candidate].map(textOf)).length <= longestPrompt) fitting.push(candidate);
  }
  return fitting;
}

function withStyle(text: string, style: string | undefined): { text: string; changes: Change[] } {
  if (!style || text.toLowerCase().includes(style.toLowerCase())) return { text, changes: [] };
  return { text: append(text, [style]), changes: [{ kind: 'added', text: style, reason: 'the style you chose' }] };
}

function toChange(candidate: Candidate, reason: string): Change {
  return { kind: 'added', text: textOf(candidate), reason, neighbourId: candidate.neighbours[0]?.id };
}

function textOf(candidate: Candidate): string {
  return candidate.modifier.text;
}

function reasonOf(candidate: Candidate, count: number): string {
  const support = candidate.neighbours.length;
  const source = support > 1 ? `${support} of the ${count} nearest prompts use it` : alike(candidate);
  return source + likedHere(candidate);
}

function styleReason(candidate: Candidate): string {
  return `part of the style of ${alike(candidate)}${likedHere(candidate)}`;
}

function alike(candidate: Candidate): string {
  const similarity = candidate.neighbours[0]?.similarity ?? 0;
  return `a similar prompt (${Math.round(similarity * 100)}% alike)`;
}

function likedHere(candidate: Candidate): string {
  const likes = candidate.neighbours.reduce((sum, neighbour) => sum + neighbour.likes, 0);
  return likes > 0 ? `, liked by ${likes} here` : '';
}
