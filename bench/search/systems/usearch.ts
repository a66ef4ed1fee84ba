import path from 'node:path';
import { corpusPrompts } from '../corpus.ts';
import { optionalPackage } from '../optional-package.ts';
import { milliseconds, type VectorSystem } from '../system.ts';
import { dimensions, readVectors } from '../vectors.ts';

interface Usearch {
  Index: new (
    options: Readonly<Record<string, string | number | boolean>>,
  ) => {
    add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
    search(query: Float32Array, limit: number, threads: number): { keys: BigUint64Array; distances: Float32Array };
    save(file: string): void;
    load(file: string): void;
  };
}

const threads = 2;

// The least of 64, 128, 256 and 384 that finds 99 of 100 nearest among so many: a graph loaded with one keeps it, so that it can't be found while measuring.
const searchEffort = (rows: number) => (rows <= 10_000 ? 64 : 384);

/** The bare in-memory HNSW library, with the parameters of our own index (bf16, M 32, efConstruction 128) and an ef of its own. The prompts lie in an array. */
export async function createUsearch(folder: string): Promise<VectorSystem> {
  const { Index } = optionalPackage<Usearch>('usearch');
  const createIndex = (rows: number) =>
    new Index({
      metric: 'cos',
      quantization: 'bf16',
      dimensions,
      connectivity: 32,
      expansion_add: 128,
      expansion_search: searchEffort(rows),
      multi: false,
    });
  let index = createIndex(0);
  const file = path.join(folder, 'usearch.index');
  let prompts: string[] = [];
  return {
    async build({ vectors }) {
      const buildMs = await milliseconds(async () => {
        for await (const { start, count, values } of readVectors(vectors, 4_096)) {
          index.add(
            BigUint64Array.from({ length: count }, (_, offset) => BigInt(start + offset)),
            values,
            threads,
          );
        }
      });
      return { loadMs: await milliseconds(() => index.save(file)), buildMs };
    },
    async open({ rows }) {
      index = createIndex(rows);
      index.load(file);
      const next = corpusPrompts();
      prompts = Array.from({ length: rows }, () => next());
    },
    searchers: [
      {
        name: 'usearch',
        async search({ vector }, limit) {
          const { keys, distances } = index.search(vector, limit, 1);
          return Array.from(keys, (key, place) => {
            const id = Number(key);
            return { id, prompt: prompts[id] ?? '', distance: distances[place] ?? 0 };
          });
        },
      },
    ],
    close: async () => undefined,
  };
}
