import path from 'node:path';
import { optionalPackage } from '../optional-package.ts';
import { milliseconds, type VectorSystem } from '../system.ts';
import { dimensions, readVectors, vectorsOf } from '../vectors.ts';

interface Statement {
  run(...values: unknown[]): void;
  all(...values: unknown[]): { rowid: number }[];
}

interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** sqlite-vec compares every row: its answers are exact. */
export async function openSqliteVec(folder: string): Promise<VectorSystem> {
  const Database = optionalPackage<new (file: string) => Sqlite>('better-sqlite3');
  const sqlite = new Database(path.join(folder, 'vectors.sqlite'));
  optionalPackage<{ load(database: Sqlite): void }>('sqlite-vec').load(sqlite);
  sqlite.exec(`CREATE VIRTUAL TABLE vectors USING vec0(vector float[${dimensions}] distance_metric=cosine)`);
  const insert = sqlite.prepare('INSERT INTO vectors(rowid, vector) VALUES (?, ?)');
  const nearest = sqlite.prepare('SELECT rowid FROM vectors WHERE vector MATCH ? AND k = ? ORDER BY distance');
  return {
    async load(vectorsFile) {
      const loadMs = await milliseconds(async () => {
        for await (const block of readVectors(vectorsFile, 4_096)) {
          sqlite.exec('BEGIN');
          let row = block.start;
          for (const vector of vectorsOf(block)) insert.run(BigInt(row++), bytesOf(vector));
          sqlite.exec('COMMIT');
        }
      });
      return { loadMs, buildMs: 0 };
    },
    searchers: [
      {
        name: 'sqlite-vec',
        search: async (query, limit) => nearest.all(bytesOf(query), limit).map(({ rowid }) => rowid),
      },
    ],
    close: async () => sqlite.close(),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
