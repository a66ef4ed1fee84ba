import { z } from 'zod';
import { BotError } from '../errors.ts';
import { type Candidate, candidateRow, collapse, ownRows, samePrompt, toCandidate, withLikes } from './candidates.ts';
import type { Connection, Parameters } from './connection.ts';
import type { Dialect } from './dialects/dialect.ts';
import { isIndexed, wordsOf } from './dialects/words.ts';
import { lacksWordIndex } from './failures.ts';
import type { PromptStore, SearchOptions } from './store.ts';
import { checkVector, type VectorModel } from './vectors.ts';
import type { Vocabulary, VocabularySource } from './vocabulary.ts';

interface Searchers {
  connection: Connection;
  model: VectorModel;
  vocabulary: Pick<VocabularySource, 'current'>;
}

// A word in more prompts than that says little, and meaning finds what it names.
const largestShare = 0.05;
// All rows that hold a word searched by are read and scored.
const mostRows = 1_000;
// Of a long text, its rarest.
const mostWords = 32;

/** BM25's usual constants (Robertson and Zaragoza 2009): how soon a repeated word counts no more, and how much length counts. */
const bm25 = { k1: 1.2, b: 0.75 };

/** A text's words as the store compares them: lower case, between anything that is ASCII and neither letter nor digit. */
export function wordsIn(text: string): string[] {
  const words = text.toLowerCase().split(/[\0-/:-@[-`{-\x7f\p{Surrogate}]+/u);
  return [...new Set(words)].filter((word) => word !== '');
}

interface Scored {
  score: number;
  candidate: Candidate;
}

interface Weighed {
  word: string;
  rows: number;
}

/** The words to search by, rarest first: as many as leave few enough rows to score. */
export function rareWords(words: readonly string[], vocabulary: Vocabulary): string[] {
  const weighed = words.map((word): Weighed => ({ word, rows: vocabulary.rowsWith(word) }));
  const rare: string[] = [];
  let rows = 0;
  for (const { word, rows: more } of weighed.toSorted((one, other) => one.rows - other.rows)) {
    rows += more;
    const isRare = more <= Math.max(1, largestShare * vocabulary.rows);
    if (!isRare || rows > mostRows || rare.length === mostWords) break;
    rare.push(word);
  }
  return rare;
}

/** Inverse document frequency as in BM25, never negative. */
function rarity(word: string, vocabulary: Vocabulary): number {
  const holding = vocabulary.rowsWith(word);
  return Math.log(1 + (Math.max(vocabulary.rows, holding) - holding + 0.5) / (holding + 0.5));
}

function scoreOf(words: string): string {
  const { k1, b } = bm25;
  const length = `${1 - b} + ${b} * length(${words}) / {average:Float64}`;
  const count = `countEqual(${words}, word)`;
  return `arraySum((word, weight) -> weight * ${k1 + 1} * ${count} / (${count} + ${k1} * (${length})), {words:Array(String)}, {weights:Array(Float32)})`;
}

/** The best rows that hold any of the parameter `rare`, one a prompt. `rows`: the table, or what the dialect reads in its place. */
export function bestByWords(dialect: Dialect, rows = 'prompts'): string {
  return `SELECT id, ${scoreOf('held')} AS score FROM (SELECT id, prompt, ${wordsOf('prompt')} AS held FROM ${rows} WHERE ${dialect.holdsAny('prompt', 'rare')})
ORDER BY score DESC, id LIMIT 1 BY ${samePrompt} LIMIT {limit:UInt32}`;
}

/** What is told of the rows found: a query of its own, which binds nothing that was typed, so that chDB runs it beside others. */
function bestQuery(dialect: Dialect): string {
  return `SELECT id, prompt, url AS picture, vector_model, ${dialect.exactDistance('prompt_vector')} AS distance
FROM prompts WHERE id IN {best:Array(String)}`;
}

function ownWordQuery(dialect: Dialect): string {
  return `SELECT id, prompt, nsfw, twins, vector_model, images[1].key AS picture, ${wordsOf('prompt')} AS held, ${scoreOf('held')} AS score, ${dialect.exactDistance('prompt_vector')} AS distance
FROM ${ownRows(dialect.holdsAny('prompt', 'rare'))}
ORDER BY score DESC, created_at DESC, id LIMIT 1 BY ${samePrompt} LIMIT {limit:UInt32}`;
}

/** Ranks prompts by the words they share with a text, where rare words count most. */
export function createWordSearch({ connection, model, vocabulary }: Searchers): Pick<PromptStore, 'searchWords'> {
  const { dialect, read } = connection;
  const row = candidateRow(model);
  const ownRow = row.extend({ score: z.number() });
  const bestRow = z.object({ id: z.string(), score: z.number() });

  const ownRanking = async (parameters: Parameters, { signal }: SearchOptions): Promise<Scored[]> => {
    const found = await read(ownWordQuery(dialect), { row: ownRow, parameters, signal });
    return found.map((own) => ({ score: own.score, candidate: toCandidate('own')(own) }));
  };

  const bestIds = async (rare: readonly string[], parameters: Parameters, { signal }: SearchOptions) => {
    const find = (rows?: string) => read(bestByWords(dialect, rows), { row: bestRow, parameters, signal });
    const rows = isIndexed(rare) ? dialect.rowsByWords?.('prompts', 'prompt', 'rare') : undefined;
    try {
      return await find(rows);
    } catch (error) {
      if (!rows || !(error instanceof BotError) || !(lacksWordIndex(error) || error.code === 'internal')) throw error;
      // What the engine refuses, above all while a part of the table is not indexed, a scan answers: no row is to be lost.
      return find();
    }
  };

  const corpusRanking = async (
    rare: readonly string[],
    { vector, ...parameters }: Parameters,
    options: SearchOptions,
  ): Promise<Scored[]> => {
    const found = await bestIds(rare, parameters, options);
    if (found.length === 0) return [];
    const best = { vector, best: found.map(({ id }) => id) };
    const rows = await read(bestQuery(dialect), { row, parameters: best, signal: options.signal });
    const candidates = new Map(rows.map((each) => [each.id, toCandidate('corpus')(each)]));
    return found.flatMap(({ id, score }) => {
      const candidate = candidates.get(id);
      return candidate ? [{ score, candidate }] : [];
    });
  };

  return {
    async searchWords(text, query, options) {
      checkVector(query, model.dimensions);
      const { scope, limit } = options;
      const known = await vocabulary.current();
      const words = wordsIn(text);
      const rare = rareWords(words, known);
      if (rare.length === 0) return [];
      const weights = words.map((word) => rarity(word, known));
      const parameters = {
        rare,
        words,
        weights,
        average: known.averageLength,
        limit,
        vector: dialect.encodeVector(query),
      };
      // The own ones last: chDB runs what binds one after another, and what is told of the corpus's runs beside it.
      const [corpus, own] = await Promise.all([
        corpusRanking(rare, parameters, options),
        scope === undefined ? [] : ownRanking({ ...parameters, scope }, options),
      ]);
      const ranked = [...own, ...corpus]
        .toSorted((one, other) => other.score - one.score)
        .map(({ candidate }) => candidate);
      return withLikes(connection, collapse(ranked).slice(0, limit), options);
    },
  };
}
