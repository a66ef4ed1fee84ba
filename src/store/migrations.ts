import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { Connection } from './connection.ts';
import {
  corpusTables,
  type Layout,
  logTables,
  modelMarks,
  oneServer,
  repeatableInserts,
  type SchemaTarget,
  uploadTable,
  vectorIndexes,
} from './schema.ts';
import type { VectorModel } from './vectors.ts';

interface Migration {
  version: number;
  name: string;
  /** Every statement can run twice: a crash between two of them is repaired by running all again. */
  statements(target: SchemaTarget): string[];
}

/** Forward only: a migration that has run anywhere is never edited; a change is a new one with the next number. */
const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'corpus, generations, posts and reactions',
    statements: (target) => [...corpusTables(target), ...vectorIndexes(target), ...logTables(target)],
  },
  {
    version: 2,
    name: 'words of the prompts',
    statements: ({ dialect, layout }) => dialect.addWordIndex(layout.table('prompts'), 'prompt'),
  },
  {
    version: 3,
    name: 'what a generation started from, and whether it is for adults',
    statements: ({ layout }) =>
      ['source String', 'nsfw Bool'].map(
        (column) => `ALTER TABLE ${layout.table('generations')} ADD COLUMN IF NOT EXISTS ${column}`,
      ),
  },
  { version: 4, name: 'repeatable inserts', statements: repeatableInserts },
  { version: 5, name: 'pictures that people sent', statements: uploadTable },
  { version: 6, name: 'what made the vectors', statements: modelMarks },
];

const latest = Math.max(...migrations.map(({ version }) => version));

/** What must exist before the model, and with it the width of the vectors, is known. */
function bookkeeping({ table, engine }: Layout): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${table('meta')} (name String, value String) ENGINE = ${engine('meta', 'ReplacingMergeTree')} ORDER BY name`,
    `CREATE TABLE IF NOT EXISTS ${table('migrations')} (version UInt32, name String) ENGINE = ${engine('migrations', 'ReplacingMergeTree')} ORDER BY version`,
  ];
}

/** All statements that lead from nothing to this program's schema, the record that they ran included. */
export function wholeSchema(target: SchemaTarget): string[] {
  const possible = migrations.filter(({ statements }) => statements(target).length > 0);
  const applied = possible.map(({ version, name }) => `(${version}, '${name}')`).join(', ');
  return [
    ...bookkeeping(target.layout),
    ...possible.flatMap(({ statements }) => statements(target)),
    `INSERT INTO migrations (version, name) VALUES ${applied}`,
  ];
}

/** Makes the bookkeeping tables. Throws BotError `database_unavailable` when a newer program wrote this database. */
export async function prepareDatabase(connection: Connection): Promise<void> {
  for (const statement of bookkeeping(oneServer)) await connection.command(statement);
  const newest = Math.max(0, ...(await appliedVersions(connection)));
  if (newest > latest) {
    throw new BotError(
      'database_unavailable',
      `This database was written by a newer Promptory (schema ${newest}; this one knows ${latest}). Update Promptory, or use another DATA_DIR or database.`,
    );
  }
}

/** The statements that make tables of today's schema, without the record that they ran. */
export function tablesOf(target: SchemaTarget): string[] {
  return migrations.flatMap(({ statements }) => statements(target));
}

/** Runs, in order, what has not run yet. */
export async function migrate(connection: Connection, { name: model, dimensions }: VectorModel): Promise<void> {
  const applied = new Set(await appliedVersions(connection));
  for (const { version, name, statements } of migrations) {
    if (applied.has(version)) continue;
    const pending = statements({ dialect: connection.dialect, dimensions, model, layout: oneServer });
    // What this version of the engine can't do yet is done once it can.
    if (pending.length === 0) continue;
    // An index over a large corpus takes minutes.
    for (const statement of pending) await connection.command(statement, {}, 'bulk');
    await connection.insert('migrations', [{ version, name }]);
  }
}

async function appliedVersions(connection: Connection): Promise<number[]> {
  const rows = await connection.read('SELECT version FROM migrations', { row: z.object({ version: z.number() }) });
  return rows.map(({ version }) => version);
}
