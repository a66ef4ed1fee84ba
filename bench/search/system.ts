import type { CorpusFiles } from './corpus.ts';

export interface Query {
  vector: Float32Array;
  /** What a person might have typed, for searches that read it. */
  text: string;
}

/** What every system answers: the row's number and text, and how far it is. */
export interface Found {
  id: number;
  prompt: string;
  distance: number;
}

/** One way of finding the nearest rows. */
export interface Searcher {
  /** As the figures name it. */
  name: string;
  /** Nearest first. */
  search(query: Query, limit: number): Promise<Found[]>;
  /** It compares every row: at full size there is time for a part of the queries only. */
  scans?: boolean;
  /** It ranks by more than the vectors, so that recall says nothing of it. */
  ranksByMore?: boolean;
  /** Effort levels of the search, least first; the least that reaches the wanted recall is measured. */
  efforts?: readonly number[];
  setEffort?(effort: number): void;
}

/** A system under measurement, in a process and a folder of its own. */
export interface VectorSystem {
  /** Stores the whole corpus in the folder, then builds the index. */
  build(corpus: CorpusFiles): Promise<{ loadMs: number; buildMs: number }>;
  /** Gets ready to answer from what was built in the folder, by an earlier process: what a start loads into memory. */
  open(corpus: CorpusFiles): Promise<void>;
  /** Those that share the stored data; the first one's index was built. */
  searchers: readonly Searcher[];
  /** Loads what the started program holds besides what it searches in. */
  becomeWhole?(): Promise<void>;
  close(): Promise<void>;
}

export type CreateSystem = (folder: string) => Promise<VectorSystem>;

export async function milliseconds(work: () => Promise<unknown> | unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
