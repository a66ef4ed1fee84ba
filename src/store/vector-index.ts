import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { BotError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { type IndexedTable, vectorColumnOf } from './schema.ts';

/** How far a table's vector index covers the rows that are there. */
export interface IndexState {
  isBuilt: boolean;
  /** 0 to 1. */
  progress: number;
  /** Why the engine last failed to build it; '' when it did not. */
  failure: string;
}

interface BuildOptions extends CallOptions {
  onProgress?: ((state: IndexState) => void) | undefined;
}

const stateRow = z
  .object({ built: z.number(), progress: z.number(), failure: z.string() })
  .transform(({ built, ...state }): IndexState => ({ ...state, isBuilt: built === 1 }));

const pollMs = 250;

/** Drops the table's vector index, so that a bulk load need not keep it; searches are exact until `buildVectorIndex`. */
export async function dropVectorIndex(connection: Connection, table: IndexedTable): Promise<void> {
  if (await isDistributed(connection, table)) return;
  await connection.command(connection.dialect.dropVectorIndex(table, vectorColumnOf(table)));
}

/** Makes the table's vector index, where it is missing, over all its rows, and waits for it as `waitForVectorIndex` does. */
export async function buildVectorIndex(
  connection: Connection,
  table: IndexedTable,
  { dimensions, ...options }: BuildOptions & { dimensions: number },
): Promise<void> {
  if (await isDistributed(connection, table)) return;
  const { dialect, command } = connection;
  await command(dialect.addVectorIndex(table, vectorColumnOf(table), dimensions));
  const build = dialect.buildVectorIndex(table, vectorColumnOf(table));
  if (build) await command(build);
  await waitForVectorIndex(connection, table, options);
}

/** On a cluster the index belongs to the shards' own tables, where it stays. */
export async function isDistributed({ read }: Pick<Connection, 'read'>, table: string): Promise<boolean> {
  const query = `SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = '${table}'`;
  const [found] = await read(query, { row: z.object({ engine: z.string() }) });
  return found?.engine === 'Distributed';
}

/** Undefined when the table has no index that the engine knows of. */
export async function vectorIndexState(
  { dialect, read }: Connection,
  table: IndexedTable,
  { signal }: CallOptions = {},
): Promise<IndexState | undefined> {
  const [state] = await read(dialect.vectorIndexState(table, vectorColumnOf(table)), { row: stateRow, signal });
  return state;
}

/** Resolves once the index covers every row. Throws BotError `internal` with the engine's reason when it can't be built. */
export async function waitForVectorIndex(
  connection: Connection,
  table: IndexedTable,
  { onProgress, signal }: BuildOptions = {},
): Promise<void> {
  for (;;) {
    const state = await vectorIndexState(connection, table, { signal });
    if (state?.failure) throw buildFailure(table, state.failure);
    if (state) onProgress?.(state);
    if (!state || state.isBuilt) return;
    await sleep(pollMs, undefined, { signal });
  }
}

function buildFailure(table: IndexedTable, reason: string): BotError {
  return new BotError(
    'internal',
    `The database could not build the vector index of ${table}. Searches still work, but scan every row. ` +
      'The log has its reason: often too little memory; then give the server more, or choose another VECTOR_INDEX, and import again.',
    { cause: new Error(reason) },
  );
}
