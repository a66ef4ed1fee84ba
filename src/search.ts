import type { NeighbourView } from './chat.ts';
import { distinct, type Ranking } from './distinct.ts';
import type { Embedder, Embedding } from './embedder/embedder.ts';
import { BotError } from './errors.ts';
import { netLikes, rankByFeedback, steerQuery } from './feedback.ts';
import { fuseRankings } from './fusion.ts';
import { wordOverlap } from './lexical.ts';
import type { Outbox } from './outbox.ts';
import type { Calibration } from './similarity.ts';
import type { Match, MatchSource, PromptStore, StoredGeneration } from './store/store.ts';

/** A neighbour as it is shown, with what feedback and refining need besides. */
export interface Neighbour extends NeighbourView {
  source: MatchSource;
  similarity: number;
  alike: number;
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

// Nearest by vector, of which words and feedback choose. Half as many find less, twice as many hardly more.
const candidates = 100;
// Only the nearest may steer: what people liked far away says nothing about this query.
const mostJudged = 10;
// By the rare words of a text, which meaning may miss: with more, the fusion changes nothing among the first.
const wordCandidates = 20;

/** Retrieval: embeds the query, searches corpus and own generations by meaning and by words, and applies relevance feedback. */
export function createSearch({ embedder, store, outbox, calibration }: SearchParts): Search {
  /** By meaning, steered by feedback, fused with that by rare words. */
  async function textRanking(text: string, query: Embedding, request: SearchRequest, times: number): Promise<Ranking> {
    await outbox.settled();
    const options = optionsFor(request, candidates * times);
    const [near, worded] = await Promise.all([
      store.searchPrompts(query, options).then((found) => steeredSearch(query, found, options)),
      store.searchWords(text, query, optionsFor(request, wordCandidates)),
    ]);
    const { promptToPrompt } = calibration();
    const overlaps = wordOverlap(
      text,
      [...near, ...worded].map(({ prompt }) => prompt),
    );
    const similarityOf = (match: Match, index: number) => combine(promptToPrompt(match.cosine), overlaps[index] ?? 0);
    const neighbours = fuseRankings([
      rankByFeedback(neighboursOf(request, near, similarityOf)),
      neighboursOf(request, worded, (match, index) => similarityOf(match, near.length + index)),
    ]);
    return { neighbours, mayHaveMore: near.length >= options.limit };
  }

  async function steeredSearch(query: Embedding, found: Match[], options: SteerOptions): Promise<Match[]> {
    const steered = await steer(query, found, options.scope);
    return steered === query ? found : store.searchPrompts(steered, options);
  }

  async function imageRanking(queries: readonly Embedding[], request: SearchRequest, times: number): Promise<Ranking> {
    await outbox.settled();
    const options = optionsFor(request, request.limit * 2 * times);
    const lists = await Promise.all(queries.map((query) => store.searchImages(query, options)));
    const { imageToImage } = calibration();
    return {
      neighbours: rankByFeedback(neighboursOf(request, lists.flat(), (match) => imageToImage(match.cosine))),
      mayHaveMore: lists.some(({ length }) => length >= options.limit),
    };
  }

  const embedPictures = (pictures: readonly Uint8Array[], { signal }: SearchRequest) =>
    embedder.embedImages(pictures, { signal });

  return {
    async byText(text, request) {
      const query = await embedText(text, request.signal);
      return distinct(request, async (times) => [await textRanking(text, query, request, times)]);
    },
    async byImages(pictures, request) {
      const queries = await embedPictures(pictures, request);
      return distinct(request, async (times) => [await imageRanking(queries, request, times)]);
    },
    async byTextAndImages(text, pictures, request) {
      const [query, queries] = await Promise.all([embedText(text, request.signal), embedPictures(pictures, request)]);
      return distinct(request, (times) =>
        Promise.all([textRanking(text, query, request, times), imageRanking(queries, request, times)]),
      );
    },
    async similarTo(generation, request) {
      const vectors = await store.vectorsOf(request.scope, generation.id);
      if (!vectors) return [];
      const derived = { ...request, excludePrompt: generation.prompt };
      return distinct(request, (times) =>
        Promise.all([
          textRanking(generation.prompt, vectors.prompt, derived, times),
          imageRanking(vectors.images, derived, times),
        ]),
      );
    },
  };

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
}

type SteerOptions = ReturnType<typeof optionsFor>;

/** Words and feedback reorder, so that more are fetched than are shown. */
function optionsFor({ scope, limit, exclude = [], signal }: SearchRequest, fetched: number) {
  return { scope, limit: Math.max(fetched, limit * 2) + exclude.length, signal };
}

/** Meaning alone can make two prompts alike; words shared exactly can only add to it. */
function combine(meaning: number, overlap: number): number {
  return Math.max(meaning, (meaning + overlap) / 2);
}

/** One an id, by its better similarity. */
function neighboursOf(
  { exclude, excludePrompt }: SearchRequest,
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
    const { cosine: _, copies, ...shown } = match;
    byId.set(match.id, { ...shown, similarity, alike: copies });
  }
  return [...byId.values()];
}
