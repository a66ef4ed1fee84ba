import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { syntheticPrompts } from '../prompts.ts';
import { exactNeighbours } from './exact.ts';
import { readJson, writeJson } from './json-file.ts';
import { promptLikeVectors, readVectors, vectorsOf, writeVectors } from './vectors.ts';

/** What every system is given: so many vectors in a file, and a prompt for each. */
export interface CorpusFiles {
  rows: number;
  vectors: string;
}

/** The queries, in a file alike, and the numbers of the rows that are truly nearest to each, nearest first. */
export interface QueryFiles {
  vectors: string;
  nearest: number[][];
}

export const queryCount = 200;
/** How many true neighbours of each query are known. */
const knownNeighbours = 10;

const streams = { corpus: 10, queries: 11 };
const seeds = { corpus: 20, queries: 21 };

/** Makes the corpus and its queries in a folder, or takes what an earlier run made there. */
export async function makeCorpus(
  folder: string,
  rows: number,
  say: (line: string) => void,
): Promise<{ corpus: CorpusFiles; queries: QueryFiles }> {
  const corpus = { rows, vectors: path.join(folder, 'vectors.f32') };
  const queries = path.join(folder, 'queries.f32');
  const nearestFile = path.join(folder, 'nearest.json');
  // Written last: whoever finds it has the others whole.
  if (!existsSync(nearestFile)) {
    say('making vectors');
    await writeVectors(corpus.vectors, rows, promptLikeVectors(rows, streams.corpus));
    await writeVectors(queries, queryCount, promptLikeVectors(rows, streams.queries));
    say('comparing the queries with every vector');
    await writeJson(nearestFile, await exactNeighbours(corpus.vectors, await allVectors(queries), knownNeighbours));
  }
  return { corpus, queries: { vectors: queries, nearest: await readJson(nearestFile, z.array(z.array(z.number()))) } };
}

/** The prompts of the corpus, in the order of its vectors. */
export function corpusPrompts(): () => string {
  return syntheticPrompts(seeds.corpus);
}

/** Texts to search for, one a query. */
export function queryTexts(): string[] {
  const next = syntheticPrompts(seeds.queries);
  return Array.from({ length: queryCount }, () => next());
}

export async function allVectors(file: string): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for await (const block of readVectors(file, 1_024)) vectors.push(...vectorsOf(block));
  return vectors;
}
