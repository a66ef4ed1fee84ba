import type { CallOptions, Embedding } from '../embedder/embedder.ts';
import {
  type Candidate,
  type CandidateRow,
  candidateRow,
  collapse,
  nearestFirst,
  ownRows,
  samePrompt,
  toCandidate,
  withLikes,
} from './candidates.ts';
import type { Connection } from './connection.ts';
import type { Dialect } from './dialects/dialect.ts';
import { type RowEstimate, rowCount } from './row-count.ts';
import { type CorpusTable, vectorColumns } from './schema.ts';
import type { Match, PromptStore, SearchOptions } from './store.ts';
import { checkVector, type VectorModel } from './vectors.ts';

// Above this many rows ClickHouse leaves the index and scans (max_limit_for_vector_search_queries).
const maxCandidates = 1_000;

// Equal prompts collapse, so more rows than asked for are fetched from the start; each costs reading, and an import drops most equals.
const spareCandidates = (limit: number) => Math.min(20, Math.ceil(limit / 2));

/**
 * The corpus query. Its shape is what the index answers: ordered by the distance alone, ascending, with a LIMIT and no filter;
 * anything else scans the whole table in silence.
 */
export function corpusQuery(dialect: Dialect, table: CorpusTable): string {
  return `SELECT id, prompt, url AS picture, vector_model, ${dialect.distance(vectorColumns[table])} AS distance
FROM ${table} ORDER BY distance LIMIT {limit:UInt32}`;
}

/** The same by scanning every row, one a prompt: slow and sure. */
export function exactCorpusQuery(dialect: Dialect, table: CorpusTable): string {
  return `SELECT id, prompt, url AS picture, vector_model, ${dialect.exactDistance(vectorColumns[table])} AS distance
FROM ${table} ORDER BY distance, id LIMIT 1 BY ${samePrompt} LIMIT {limit:UInt32}`;
}

/** A scope's own generations are few: each is compared, by its prompt or by the nearest of its pictures. */
function ownQuery(dialect: Dialect, table: CorpusTable): string {
  const nearest =
    table === 'prompts'
      ? `images[1].key AS picture, ${dialect.exactDistance('prompt_vector')} AS distance`
      : `arrayMap(image -> ${dialect.exactDistance('image')}, image_vectors) AS distances,
  images[indexOf(distances, arrayMin(distances))].key AS picture, arrayMin(distances) AS distance`;
  return `SELECT id, prompt, nsfw, twins, vector_model, ${nearest}
FROM ${ownRows(table === 'prompts' ? undefined : 'notEmpty(image_vectors)')}
ORDER BY distance, created_at DESC, id LIMIT 1 BY ${samePrompt} LIMIT {limit:UInt32}`;
}

interface SearchParts {
  connection: Connection;
  model: VectorModel;
  knownIds: PromptStore['knownIds'];
  aboutRows: RowEstimate;
}

interface Searchers extends SearchParts {
  row: ReturnType<typeof candidateRow>;
}

/** Nearest rows of the corpus (by its index) and of the scope (exactly), nearest first, one row a prompt. */
export function createSearch(parts: SearchParts): Pick<PromptStore, 'searchPrompts' | 'searchImages'> {
  // Once: zod compiles a schema when it is first used, which takes longer than a search's rows.
  const searchers = { ...parts, row: candidateRow(parts.model) };
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
  checkVector(query, searchers.model.dimensions);
  const { connection } = searchers;
  const target = { table, vector: connection.dialect.encodeVector(query), options };
  const [own, corpus] = await Promise.all([ownCandidates(searchers, target), corpusCandidates(searchers, target)]);
  return withLikes(connection, collapse(nearestFirst([...own, ...corpus])).slice(0, options.limit), options);
}

interface Target {
  table: CorpusTable;
  vector: unknown;
  options: SearchOptions;
}

async function ownCandidates({ connection, row }: Searchers, { table, vector, options }: Target): Promise<Candidate[]> {
  const { dialect, read } = connection;
  const { scope, limit, signal } = options;
  if (scope === undefined) return [];
  const parameters = { vector, limit, scope };
  return (await read(ownQuery(dialect, table), { row, parameters, signal })).map(toCandidate('own'));
}

async function corpusCandidates(searchers: Searchers, { table, vector, options }: Target): Promise<Candidate[]> {
  const { connection, row, knownIds, aboutRows } = searchers;
  const { dialect } = connection;
  const tableRows = await aboutRows(table);
  const fetch = (query: string, limit: number) =>
    connection.read(query, {
      row,
      parameters: { vector, limit },
      settings: dialect.searchSettings(tableRows, limit),
      signal: options.signal,
    });
  const distinct = async (rows: readonly CandidateRow[]) => {
    const stored = table === 'prompts' ? rows : await withPrompts(rows, knownIds, options);
    return collapse(nearestFirst(stored.map(toCandidate('corpus'))));
  };

  let found: Candidate[] = [];
  let fetched = 0;
  for (const limit of [Math.min(options.limit + spareCandidates(options.limit), maxCandidates), maxCandidates]) {
    const rows = await fetch(corpusQuery(dialect, table), limit);
    found = await distinct(rows);
    fetched = rows.length;
    if (found.length >= options.limit) return found;
    if (fetched < limit) break;
  }
  // Copies of one vector link to each other alone in the index's graph, and a search that lands among them never gets out.
  if (fetched >= (await rowCount(connection, table, options))) return found;
  return distinct(await fetch(exactCorpusQuery(dialect, table), options.limit));
}

/** A picture whose prompt is not stored is the half of an import that a crash cut off. */
async function withPrompts(
  rows: readonly CandidateRow[],
  knownIds: PromptStore['knownIds'],
  { signal }: CallOptions,
): Promise<CandidateRow[]> {
  const ids = rows.map(({ id }) => id);
  const known = ids.length > 0 ? await knownIds(ids, { signal }) : new Set();
  return rows.filter(({ id }) => known.has(id));
}
