import { z } from 'zod';
import type { CallOptions, Embedding } from '../embedder/embedder.ts';
import type { Connection } from './connection.ts';
import type { Dialect } from './dialects/dialect.ts';
import { likesOf } from './reactions.ts';
import type { Match, PromptStore, SearchOptions } from './store.ts';
import { checkVector } from './vectors.ts';

type CorpusTable = 'prompts' | 'prompt_images';

// Above this many rows ClickHouse leaves the index and scans (max_limit_for_vector_search_queries).
const maxCandidates = 1_000;

// Equal prompts collapse, so more rows than asked for are fetched from the start.
const spareCandidates = 20;

const columns = { prompts: 'prompt_vector', prompt_images: 'image_vector' } as const;

/**
 * The corpus query. Its shape is what the index answers: ordered by the distance alone, ascending, with a LIMIT and no filter;
 * anything else scans the whole table in silence.
 */
export function corpusQuery(dialect: Dialect, table: CorpusTable): string {
  return `SELECT id, prompt, url AS picture, ${dialect.distance(columns[table])} AS distance
FROM ${table} ORDER BY distance LIMIT {limit:UInt32}`;
}

/** A scope's own generations are few: each is compared, by its prompt or by the nearest of its pictures. */
export function ownQuery(dialect: Dialect, table: CorpusTable): string {
  const nearest =
    table === 'prompts'
      ? `images[1].key AS picture, ${dialect.distance('prompt_vector')} AS distance`
      : `arrayMap(image -> ${dialect.distance('image')}, image_vectors) AS distances,
  images[indexOf(distances, arrayMin(distances))].key AS picture, arrayMin(distances) AS distance`;
  const condition = table === 'prompts' ? '' : ' AND notEmpty(image_vectors)';
  return `SELECT id, prompt, ${nearest}
FROM generations WHERE scope = {scope:String}${condition} ORDER BY distance LIMIT 1 BY id LIMIT {limit:UInt32}`;
}

const candidateRow = z.object({ id: z.string(), prompt: z.string(), picture: z.string(), distance: z.number() });

type Candidate = Pick<Match, 'id' | 'prompt' | 'source' | 'cosine' | 'picture'>;

interface Searchers {
  connection: Connection;
  dimensions: number;
  knownIds: PromptStore['knownIds'];
}

/** Nearest rows of the corpus (by its index) and of the scope (exactly), nearest first, one row a prompt. */
export function createSearch(searchers: Searchers): Pick<PromptStore, 'searchPrompts' | 'searchImages'> {
  return {
    searchPrompts: (query, options) => search(searchers, 'prompts', query, options),
    searchImages: (query, options) => search(searchers, 'prompt_images', query, options),
  };
}

async function search(
  searchers: Searchers,
  table: CorpusTable,
  query: Embedding,
  options: SearchOptions,
): Promise<Match[]> {
  checkVector(query, searchers.dimensions);
  let fetched = options.limit + spareCandidates;
  while (true) {
    const limit = Math.min(fetched, maxCandidates);
    const { corpus, own, exhausted } = await candidates(searchers, table, query, limit, options);
    const distinct = collapse([...own, ...corpus]);
    if (distinct.length >= options.limit || exhausted || limit === maxCandidates) {
      return withLikes(searchers.connection, distinct.slice(0, options.limit), options);
    }
    fetched *= 4;
  }
}

async function candidates(
  { connection, knownIds }: Searchers,
  table: CorpusTable,
  query: Embedding,
  limit: number,
  { scope, signal }: SearchOptions,
): Promise<{ corpus: Candidate[]; own: Candidate[]; exhausted: boolean }> {
  const { dialect } = connection;
  const vector = dialect.encodeVector(query);
  const [corpus, own] = await Promise.all([
    connection.read(corpusQuery(dialect, table), {
      row: candidateRow,
      parameters: { vector, limit },
      settings: dialect.searchSettings,
      signal,
    }),
    scope === undefined
      ? []
      : connection.read(ownQuery(dialect, table), { row: candidateRow, parameters: { vector, limit, scope }, signal }),
  ]);
  const stored = table === 'prompts' ? corpus : await withPrompts(corpus, knownIds, { signal });
  return {
    corpus: stored.map((row) => toCandidate(row, 'corpus')),
    own: own.map((row) => toCandidate(row, 'own')),
    exhausted: corpus.length < limit && own.length < limit,
  };
}

/** A picture whose prompt is not stored is the half of an import that a crash cut off. */
async function withPrompts<Row extends { id: string }>(
  rows: readonly Row[],
  knownIds: PromptStore['knownIds'],
  options: CallOptions,
): Promise<Row[]> {
  const ids = rows.map(({ id }) => id);
  const known = ids.length > 0 ? await knownIds(ids, options) : new Set();
  return rows.filter(({ id }) => known.has(id));
}

function toCandidate(
  { id, prompt, picture, distance }: z.infer<typeof candidateRow>,
  source: Match['source'],
): Candidate {
  return { id, prompt, source, cosine: 1 - distance, picture: picture || undefined };
}

/** Nearest first; of equal prompts the nearest stays, at equal distance the one given first. */
function collapse(found: readonly Candidate[]): Candidate[] {
  const distinct = new Map<string, Candidate>();
  for (const candidate of found.toSorted((one, other) => other.cosine - one.cosine)) {
    const key = candidate.prompt.trim().toLowerCase().replaceAll(/\s+/g, ' ');
    if (!distinct.has(key)) distinct.set(key, candidate);
  }
  return [...distinct.values()];
}

async function withLikes(
  connection: Connection,
  found: readonly Candidate[],
  { scope, signal }: SearchOptions,
): Promise<Match[]> {
  const own = found.filter(({ source }) => source === 'own').map(({ id }) => id);
  const counts =
    scope === undefined || own.length === 0 ? new Map() : await likesOf(connection, scope, own, { signal });
  return found.map((candidate) => ({
    ...candidate,
    ...((candidate.source === 'own' && counts.get(candidate.id)) || none),
  }));
}

const none = { likes: 0, dislikes: 0 };
