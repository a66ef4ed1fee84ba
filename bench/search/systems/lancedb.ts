import { corpusPrompts } from '../corpus.ts';
import { optionalPackage } from '../optional-package.ts';
import { milliseconds, type VectorSystem } from '../system.ts';
import { dimensions, readVectors, type VectorBlock } from '../vectors.ts';

interface VectorQuery {
  distanceType(type: 'cosine'): VectorQuery;
  ef(size: number): VectorQuery;
  refineFactor(factor: number): VectorQuery;
  nprobes(partitions: number): VectorQuery;
  limit(rows: number): VectorQuery;
  select(columns: string[]): VectorQuery;
  toArray(): Promise<{ id: number; prompt: string; _distance: number }[]>;
}

interface Table {
  add(rows: unknown): Promise<unknown>;
  createIndex(column: string, options: { config: unknown }): Promise<void>;
  vectorSearch(query: Float32Array): VectorQuery;
}

interface LanceDb {
  connect(folder: string): Promise<{
    createTable(name: string, rows: unknown): Promise<Table>;
    openTable(name: string): Promise<Table>;
    close(): void;
  }>;
  Index: { hnswSq(options: Readonly<Record<string, string | number>>): unknown };
}

interface Arrow {
  Float32: new () => unknown;
  Utf8: new () => unknown;
  Field: new (name: string, type: unknown, nullable: boolean) => unknown;
  FixedSizeList: new (size: number, item: unknown) => unknown;
  Table: new (columns: Readonly<Record<string, unknown>>) => unknown;
  makeData(parts: Readonly<Record<string, unknown>>): unknown;
  makeVector(values: unknown): unknown;
  vectorFromArray(values: readonly string[], type: unknown): unknown;
}

const tableName = 'prompts';

// Its own advice: about a million rows a partition; the rest as our own index.
const parameters = { distanceType: 'cosine', numPartitions: 1, m: 32, efConstruction: 128 } as const;

/** LanceDB on disk with its HNSW index (scalar quantisation), refined by exact distances; `ef` is raised to the wanted recall. */
export async function createLanceDb(folder: string): Promise<VectorSystem> {
  const lancedb = optionalPackage<LanceDb>('@lancedb/lancedb');
  const connection = await lancedb.connect(folder);
  let table: Table | undefined;
  let ef = 64;
  return {
    async build({ vectors }) {
      const nextPrompt = corpusPrompts();
      const loadMs = await milliseconds(async () => {
        for await (const block of readVectors(vectors, 65_536)) {
          const rows = toArrow(block, nextPrompt);
          if (table) await table.add(rows);
          else table = await connection.createTable(tableName, rows);
        }
      });
      const config = lancedb.Index.hnswSq(parameters);
      return { loadMs, buildMs: await milliseconds(() => table?.createIndex('vector', { config })) };
    },
    async open() {
      table = await connection.openTable(tableName);
    },
    searchers: [
      {
        name: 'lancedb',
        efforts: [64, 128, 256, 512, 1024],
        setEffort(effort) {
          ef = effort;
        },
        async search({ vector }, limit) {
          const found = table?.vectorSearch(vector).distanceType('cosine').nprobes(1).ef(ef).refineFactor(5);
          const rows = await found?.select(['id', 'prompt', '_distance']).limit(limit).toArray();
          return (rows ?? []).map(({ id, prompt, _distance: distance }) => ({ id, prompt, distance }));
        },
      },
    ],
    close: async () => connection.close(),
  };
}

function toArrow({ start, count, values }: VectorBlock, nextPrompt: () => string): unknown {
  const arrow = optionalPackage<Arrow>('apache-arrow');
  const list = new arrow.FixedSizeList(dimensions, new arrow.Field('item', new arrow.Float32(), false));
  const ids = Int32Array.from({ length: count }, (_, offset) => start + offset);
  const child = arrow.makeData({ type: new arrow.Float32(), data: values });
  const vectors = arrow.makeData({ type: list, length: count, nullCount: 0, child });
  const prompts = arrow.vectorFromArray(
    Array.from({ length: count }, () => nextPrompt()),
    new arrow.Utf8(),
  );
  return new arrow.Table({ id: arrow.makeVector(ids), prompt: prompts, vector: arrow.makeVector(vectors) });
}
