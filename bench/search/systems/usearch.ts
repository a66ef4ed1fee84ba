import { optionalPackage } from '../optional-package.ts';
import { milliseconds, type VectorSystem } from '../system.ts';
import { dimensions, readVectors } from '../vectors.ts';

interface Usearch {
  Index: new (
    options: Readonly<Record<string, string | number | boolean>>,
  ) => {
    add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
    search(query: Float32Array, limit: number, threads: number): { keys: BigUint64Array };
    save(file: string): void;
  };
}

const threads = 2;

/** The bare in-memory HNSW library, with the parameters of our own index: bf16, M 32, efConstruction 128, ef 256. */
export async function openUsearch(folder: string): Promise<VectorSystem> {
  const { Index } = optionalPackage<Usearch>('usearch');
  const index = new Index({
    metric: 'cos',
    quantization: 'bf16',
    dimensions,
    connectivity: 32,
    expansion_add: 128,
    expansion_search: 256,
    multi: false,
  });
  return {
    async load(vectorsFile) {
      const buildMs = await milliseconds(async () => {
        for await (const { start, count, values } of readVectors(vectorsFile, 4_096)) {
          index.add(
            BigUint64Array.from({ length: count }, (_, offset) => BigInt(start + offset)),
            values,
            threads,
          );
        }
      });
      return { loadMs: await milliseconds(() => index.save(`${folder}/usearch.index`)), buildMs };
    },
    searchers: [
      {
        name: 'usearch',
        search: async (query, limit) => Array.from(index.search(query, limit, 1).keys, Number),
      },
    ],
    close: async () => undefined,
  };
}
