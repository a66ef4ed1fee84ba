import { z } from 'zod';
import type { Connection } from './connection.ts';
import { likesOf } from './reactions.ts';
import type { Match, SearchOptions } from './store.ts';
import { madeBy, type VectorModel } from './vectors.ts';

/** As `collapse` compares prompts, as far as the engine can. */
export const samePrompt = String.raw`lowerUTF8(trimBoth(replaceRegexpAll(prompt, '\\s+', ' ')))`;

/** A scope's generations in SQL, each with its `twins`. */
export function ownRows(condition?: string): string {
  const conditions = ['scope = {scope:String}', ...(condition ? [`(${condition})`] : [])].join(' AND ');
  return `(SELECT *, groupUniqArray(id) OVER (PARTITION BY ${samePrompt}) AS twins FROM generations WHERE ${conditions})`;
}

/** Throws BotError `model_mismatch` for rows whose vectors another model made. */
export function candidateRow(model: VectorModel) {
  return z.object({
    id: z.string(),
    prompt: z.string(),
    picture: z.string(),
    distance: z.number(),
    vector_model: madeBy(model),
    /** The corpus has no such mark. */
    nsfw: z.boolean().default(false),
    /** All of the scope's generations with this prompt: a like of any is a like of the prompt. */
    twins: z.array(z.string()).default([]),
  });
}

export type CandidateRow = z.infer<ReturnType<typeof candidateRow>>;

export type Candidate = Omit<Match, 'likes' | 'dislikes'> & { twins: string[] };

export function toCandidate(source: Match['source']): (row: CandidateRow) => Candidate {
  return ({ id, prompt, picture, distance, nsfw, twins }) => ({
    id,
    prompt,
    source,
    cosine: 1 - distance,
    picture: picture || undefined,
    ...(nsfw && { nsfw }),
    copies: Math.max(0, twins.length - 1),
    twins,
  });
}

/** In the order given; of equal prompts the first stays and counts the others. */
export function collapse(ranked: readonly Candidate[]): Candidate[] {
  const distinct = new Map<string, Candidate>();
  for (const candidate of ranked) {
    const key = candidate.prompt.trim().toLowerCase().replaceAll(/\s+/g, ' ');
    const first = distinct.get(key);
    const copies = first ? first.copies + candidate.copies + 1 : candidate.copies;
    distinct.set(key, { ...(first ?? candidate), copies });
  }
  return [...distinct.values()];
}

/** Nearest first; at an equal distance the one given first. */
export function nearestFirst(found: readonly Candidate[]): Candidate[] {
  return found.toSorted((one, other) => other.cosine - one.cosine);
}

export async function withLikes(
  connection: Connection,
  found: readonly Candidate[],
  { scope, signal }: SearchOptions,
): Promise<Match[]> {
  const own = found.flatMap(({ twins }) => twins);
  const counts =
    scope === undefined || own.length === 0 ? new Map() : await likesOf(connection, scope, own, { signal });
  return found.map(({ twins, ...candidate }) => {
    const judged = twins.flatMap((id) => counts.get(id) ?? []);
    return { ...candidate, likes: sumOf(judged, 'likes'), dislikes: sumOf(judged, 'dislikes') };
  });
}

function sumOf(counts: readonly Pick<Match, 'likes' | 'dislikes'>[], name: 'likes' | 'dislikes'): number {
  return counts.reduce((sum, count) => sum + count[name], 0);
}
