import path from 'node:path';
import { corpusPrompts } from '../corpus.ts';
import { optionalPackage } from '../optional-package.ts';
import { milliseconds, type VectorSystem } from '../system.ts';
import { dimensions, readVectors, vectorsOf } from '../vectors.ts';

interface Statement {
  run(...values: unknown[]): void;
  all(...values: unknown[]): { id: number; prompt: string; distance: number }[];
}

interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** sqlite-vec compares every row: its answers are exact. */
export async function createSqliteVec(folder: string): Promise<VectorSystem> {
  const Database = optionalPackage<new (file: string) => Sqlite>('better-sqlite3');
  const sqlite = new Database(path.join(folder, 'vectors.sqlite'));
  optionalPackage<{ load(database: Sqlite): void }>('sqlite-vec').load(sqlite);
  sqlite.exec(
    `CREATE VIRTUAL TABLE IF NOT EXISTS vectors USING vec0(vector float[${dimensions}] distance_metric=cosine)`,
  );
  sqlite.exec('CREATE TABLE IF NOT EXISTS prompts (id INTEGER PRIMARY KEY, prompt TEXT NOT NULL)');
  const insertVector = sqlite.prepare('INSERT INTO vectors(rowid, vector) VALUES (?, ?)');
  const insertPrompt = sqlite.prepare('INSERT INTO prompts(id, prompt) VALUES (?, ?)');
  const nearest = sqlite.prepare(
    `SELECT id, prompt, distance FROM (SELECT rowid, distance FROM vectors WHERE vector MATCH ? AND k = ?)
JOIN prompts ON id = rowid ORDER BY distance`,
  );
  return {
    async build({ vectors }) {
      const nextPrompt = corpusPrompts();
      const loadMs = await milliseconds(async () => {
        for await (const block of readVectors(vectors, 4_096)) {
          sqlite.exec('BEGIN');
          let row = block.start;
          for (const vector of vectorsOf(block)) {
            insertVector.run(BigInt(row), bytesOf(vector));
            insertPrompt.run(row++, nextPrompt());
          }
          sqlite.exec('COMMIT');
        }
      });
      return { loadMs, buildMs: 0 };
    },
    open: async () => undefined,
    searchers: [
      {
        name: 'sqlite-vec',
        scans: true,
        search: async ({ vector }, limit) => nearest.all(bytesOf(vector), limit),
      },
    ],
    close: async () => sqlite.close(),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
