import type { NeighbourView } from './chat.ts';
import type { Embedder, Embedding } from './embedder/embedder.ts';
import { BotError } from './errors.ts';
import { netLikes, rankByFeedback, steerQuery } from './feedback.ts';
import { wordOverlap } from './lexical.ts';
import type { Outbox } from './outbox.ts';
import type { Calibration } from './similarity.ts';
import type { Match, PromptStore, StoredGeneration } from './store/store.ts';

/** A neighbour as it is shown, with what feedback and refining need besides. */
export interface Neighbour extends NeighbourView {
  similarity: number;
  likes: number;
  dislikes: number;
}

export interface SearchRequest {
  scope: string;
  limit: number;
  /** Ids that would only find themselves. */
  exclude?: readonly string[] | undefined;
  /** So do other runs of this prompt. */
  excludePrompt?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Search {
  /** Prompts like this text, steered by what people here liked near it. */
  byText(text: string, request: SearchRequest): Promise<Neighbour[]>;
  /** Prompts whose pictures look like these (their bytes): the nearest of any of them. */
  byImages(pictures: readonly Uint8Array[], request: SearchRequest): Promise<Neighbour[]>;
  /** Prompts like this text, or with pictures like these: both rankings fused. */
  byTextAndImages(text: string, pictures: readonly Uint8Array[], request: SearchRequest): Promise<Neighbour[]>;
  /** What is like a generation, by its prompt and its pictures. */
  similarTo(generation: StoredGeneration, request: SearchRequest): Promise<Neighbour[]>;
}

interface SearchParts {
  embedder: Embedder;
  store: PromptStore;
  /** What was just made or liked must count in the very next search. */
  outbox: Pick<Outbox, 'settled'>;
  calibration: () => Calibration;
}

// Nearest by vector, of which words and feedback choose.
const candidates = 200;
// Only the nearest may steer: what people liked far away says nothing about this query.
const mostJudged = 10;
// The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
const fusionOffset = 60;

/** Retrieval: embeds the query, searches corpus and own generations, and applies relevance feedback. */
export function createSearch({ embedder, store, outbox, calibration }: SearchParts): Search {
  async function byText(text: string, request: SearchRequest): Promise<Neighbour[]> {
    return byPrompt(text, await embedText(text, request.signal), request);
  }

  async function byPrompt(text: string, query: Embedding, request: SearchRequest): Promise<Neighbour[]> {
    await outbox.settled();
    const options = optionsFor(request, candidates);
    const found = await store.searchPrompts(query, options);
    const steered = await steer(query, found, request.scope);
    const matches = steered === query ? found : await store.searchPrompts(steered, options);
    const { promptToPrompt } = calibration();
    const overlaps = wordOverlap(
      text,
      matches.map(({ prompt }) => prompt),
    );
    return nearest(request, matches, (match, index) => combine(promptToPrompt(match.cosine), overlaps[index] ?? 0));
  }

  async function byImages(pictures: readonly Uint8Array[], request: SearchRequest): Promise<Neighbour[]> {
    const queries = await embedder.embedImages(pictures, { signal: request.signal });
    return byImageVectors(queries, request);
  }

  async function byImageVectors(queries: readonly Embedding[], request: SearchRequest): Promise<Neighbour[]> {
    await outbox.settled();
    const lists = await Promise.all(
      queries.map((query) => store.searchImages(query, optionsFor(request, request.limit * 2))),
    );
    const { imageToImage } = calibration();
    return nearest(request, lists.flat(), (match) => imageToImage(match.cosine));
  }

  async function byTextAndImages(
    text: string,
    pictures: readonly Uint8Array[],
    request: SearchRequest,
  ): Promise<Neighbour[]> {
    const wide = { ...request, limit: request.limit * 2 };
    return fuse(await Promise.all([byText(text, wide), byImages(pictures, wide)]), request.limit);
  }

  async function similarTo(generation: StoredGeneration, request: SearchRequest): Promise<Neighbour[]> {
    const vectors = await store.vectorsOf(request.scope, generation.id);
    if (!vectors) return [];
    const wide = { ...request, limit: request.limit * 2, excludePrompt: generation.prompt };
    return fuse(
      await Promise.all([byPrompt(generation.prompt, vectors.prompt, wide), byImageVectors(vectors.images, wide)]),
      request.limit,
    );
  }

  async function embedText(text: string, signal: AbortSignal | undefined): Promise<Embedding> {
    const [query] = await embedder.embedTexts([text], { signal });
    if (!query) throw new BotError('internal', 'The text could not be embedded. Try again.');
    return query;
  }

  async function steer(query: Embedding, found: readonly Match[], scope: string): Promise<Embedding> {
    const judged = found.slice(0, mostJudged).filter((match) => match.source === 'own' && netLikes(match) !== 0);
    const vectors = await Promise.all(
      judged.map(async (match) => ({ match, vectors: await store.vectorsOf(scope, match.id) })),
    );
    const promptsOf = (wanted: (net: number) => boolean) =>
      vectors.flatMap(({ match, vectors }) => (vectors && wanted(netLikes(match)) ? [vectors.prompt] : []));
    return steerQuery(
      query,
      promptsOf((net) => net > 0),
      promptsOf((net) => net < 0),
    );
  }

  return { byText, byImages, byTextAndImages, similarTo };
}

/** Words and feedback reorder, so that more are fetched than are shown. */
function optionsFor({ scope, limit, exclude = [], signal }: SearchRequest, fetched: number) {
  return { scope, limit: Math.max(fetched, limit * 2) + exclude.length, signal };
}

/** Meaning alone can make two prompts alike; words shared exactly can only add to it. */
function combine(meaning: number, overlap: number): number {
  return Math.max(meaning, (meaning + overlap) / 2);
}

/** One an id, by its better similarity, in the order that feedback gives. */
function nearest(
  { exclude, excludePrompt, limit }: SearchRequest,
  matches: readonly Match[],
  similarityOf: (match: Match, index: number) => number,
): Neighbour[] {
  const byId = new Map<string, Neighbour>();
  for (const [index, match] of matches.entries()) {
    const similarity = similarityOf(match, index);
    if (
      exclude?.includes(match.id) ||
      match.prompt === excludePrompt ||
      (byId.get(match.id)?.similarity ?? -1) >= similarity
    )
      continue;
    const { cosine: _, ...shown } = match;
    byId.set(match.id, { ...shown, similarity });
  }
  return rankByFeedback([...byId.values()]).slice(0, limit);
}

function fuse(rankings: readonly (readonly Neighbour[])[], limit: number): Neighbour[] {
  const fused = new Map<string, { neighbour: Neighbour; score: number }>();
  for (const ranking of rankings) {
    for (const [rank, neighbour] of ranking.entries()) {
      const known = fused.get(neighbour.id);
      const best = known && known.neighbour.similarity > neighbour.similarity ? known.neighbour : neighbour;
      fused.set(neighbour.id, { neighbour: best, score: (known?.score ?? 0) + 1 / (fusionOffset + rank) });
    }
  }
  return [...fused.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ neighbour }) => neighbour)
    .sort((a, b) => b.similarity - a.similarity);
}
