import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Session } from 'chdb';
import { createMyScale } from './myscale/myscale.ts';
import { createVectorIndexes, type VectorIndexes } from './myscale/vector-indexes.ts';
import type { Request } from './request.ts';

/** MyScale Cloud; MyScaleDB is its open source, whose index types are others. Version 1, here before 1.7, is ClickHouse 23.3, version 2 is 24.8. */
export type EngineKind = 'clickhouse' | 'myscale-v1' | 'myscale-v2' | 'myscaledb-v2';

export interface EngineResult {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  /** Seconds. */
  elapsed: number;
  isInsert: boolean;
}

export interface Engine {
  vectorIndexes: VectorIndexes;
  run(request: Request): Promise<EngineResult>;
  close(): void;
}

export function createEngine(folder: string, kind: EngineKind): Engine {
  // The engine stops with its last session, and every request has one of its own.
  const keptOpen = new Session(folder);
  const rows = async <Row>(query: string) => parseRows<Row>(await ask(keptOpen, query));
  const vectorIndexes = createVectorIndexes(rows);
  const myscale = kind === 'clickhouse' ? undefined : createMyScale(kind, vectorIndexes, rows);
  return {
    vectorIndexes,
    async run(request) {
      const statement = myscale ? await myscale.translate(request) : request.query;
      if (statement === undefined) return nothing;
      const { data } = request;
      return data
        ? withFile(folder, data, (file) => runAlone(folder, { ...request, query: fromFile(statement, file) }))
        : runAlone(folder, { ...request, query: statement });
    },
    close: () => keptOpen.close(),
  };
}

const nothing: EngineResult = { bytes: new Uint8Array(), rowsRead: 0, bytesRead: 0, elapsed: 0, isInsert: false };

/** chDB takes no rows beside a statement: they come from a file. */
async function withFile<Value>(folder: string, data: Buffer, use: (file: string) => Promise<Value>): Promise<Value> {
  const file = path.join(path.dirname(folder), `${crypto.randomUUID()}.parquet`);
  writeFileSync(file, data);
  try {
    return await use(file);
  } finally {
    rmSync(file);
  }
}

function fromFile(statement: string, file: string): string {
  return statement
    .replace(/\binput\(('(?:[^'\\]|\\.)*')\)/, (_, columns) => `file('${file}', 'Parquet', ${columns})`)
    .replace(/\bFORMAT Parquet\s*$/, '');
}

async function runAlone(folder: string, { query, format, settings, parameters }: Request): Promise<EngineResult> {
  const session = new Session(folder);
  try {
    for (const [name, value] of settings) await session.queryAsync(`SET ${name} = '${value.replaceAll("'", "''")}'`);
    const result = await session.queryBindAsync(query, parameters, { format });
    const { rowsRead, bytesRead, elapsed } = result;
    return { bytes: result.bytes(), rowsRead, bytesRead, elapsed, isInsert: /^\s*INSERT\b/i.test(query) };
  } finally {
    session.close();
  }
}

async function ask(session: Session, query: string): Promise<string> {
  return (await session.queryAsync(query, { format: 'JSONEachRow' })).text();
}

function parseRows<Row>(lines: string): Row[] {
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
