import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import type { Connection } from './connection.ts';
import type { Notes } from './notes.ts';
import { rowCount } from './row-count.ts';
import { vectorColumns } from './schema.ts';
import type { PromptStore } from './store.ts';
import { dropVectorIndex, isDistributed, waitForVectorIndex } from './vector-index.ts';

type Bulk = Pick<PromptStore, 'beginBulkLoad' | 'finishBulkLoad' | 'isBulkLoadUnfinished'>;

interface BulkParts {
  connection: Connection;
  dimensions: number;
  notes: Notes;
}

// Below this an index that is kept up with costs less than a minute.
const fewRows = 20_000;

// Of all rows: merges build the graph over each new row a few times, which up to here is less than building it over all rows once.
const newShare = 1 / 5;

const table = 'prompts';
const noteName = 'bulk load';

/** `loading`: without index, or with half of one. `waiting`: the engine was told to build it. Absent: there is nothing to do. */
const phases = { loading: 'loading', waiting: 'waiting' } as const;

/**
 * Loads large files without the vector index of the prompts, which is built once at the end: an index kept up with is built again by every merge.
 * The phase is noted in the database before each step, so that whoever opens it after a crash can finish.
 */
export function createBulk({ connection, dimensions, notes }: BulkParts): Bulk {
  const { dialect } = connection;
  const column = vectorColumns[table];
  let finishing: Promise<void> | undefined;

  async function isWorthIt(rows: number): Promise<boolean> {
    if (rows < fewRows || (await isDistributed(connection, table))) return false;
    return rows > newShare * (await rowCount(connection, table));
  }

  async function finish(options: CallOptions & { onProgress?: ((progress: number) => void) | undefined }) {
    const phase = await notes.note(noteName);
    // A merge of the whole table takes the engine minutes, and nothing stops it.
    options.signal?.throwIfAborted();
    if (phase === undefined) return mergeFew();
    if (phase === phases.loading) {
      // One part means one graph, which a search walks once.
      await connection.command(`OPTIMIZE TABLE ${table} FINAL`, {}, 'bulk');
      options.signal?.throwIfAborted();
      await connection.command(dialect.addVectorIndex(table, column, dimensions), {}, 'bulk');
      const build = dialect.buildVectorIndex(table, column);
      if (build) await connection.command(build, {}, 'bulk');
      await notes.setNote(noteName, phases.waiting);
    }
    await waitForVectorIndex(connection, table, {
      signal: options.signal,
      onProgress: ({ progress }) => options.onProgress?.(progress),
    });
    await notes.setNote(noteName, '');
  }

  /** Every part has a graph of its own, which costs a search as much as a large one: few rows are soon made one part. */
  async function mergeFew() {
    if (
      (await rowCount(connection, table)) > fewRows ||
      (await isDistributed(connection, table)) ||
      (await isOnePart())
    )
      return;
    await connection.command(`OPTIMIZE TABLE ${table} FINAL SETTINGS optimize_skip_merged_partitions = 1`, {}, 'bulk');
  }

  /** Merged by itself it would build its graph a second time, for the engine skips only parts that have come of a merge. */
  async function isOnePart(): Promise<boolean> {
    const query = `SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase() AND table = '${table}'`;
    const [found] = await connection.read(query, { row: z.object({ parts: z.coerce.number() }) });
    return (found?.parts ?? 0) <= 1;
  }

  return {
    async beginBulkLoad({ rows }) {
      const phase = await notes.note(noteName);
      if (phase === phases.loading && !finishing) return true;
      if (phase !== undefined || finishing || !(await isWorthIt(rows))) return false;
      await notes.setNote(noteName, phases.loading);
      await dropVectorIndex(connection, table);
      return true;
    },
    finishBulkLoad(options = {}) {
      finishing ??= finish(options).finally(() => {
        finishing = undefined;
      });
      return finishing;
    },
    isBulkLoadUnfinished: async () => (await notes.note(noteName)) !== undefined,
  };
}
