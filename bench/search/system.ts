/** One way of finding the nearest row numbers. */
export interface Searcher {
  /** As the figures name it. */
  name: string;
  /** Row numbers, nearest first. */
  search(query: Float32Array, limit: number): Promise<number[]>;
  /** Effort levels of the search, least first; the least that reaches the wanted recall is measured. */
  efforts?: readonly number[];
  setEffort?(effort: number): void;
}

/** A system under measurement, in a process and a folder of its own. */
export interface VectorSystem {
  /** Stores all vectors of a file, then builds the index. */
  load(vectorsFile: string, rows: number): Promise<{ loadMs: number; buildMs: number }>;
  /** Those that share the stored data; the first one's index was built. */
  searchers: readonly Searcher[];
  close(): Promise<void>;
}

export type OpenSystem = (folder: string) => Promise<VectorSystem>;

export async function milliseconds(work: () => Promise<unknown> | unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
