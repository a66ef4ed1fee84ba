import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import { BotError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { tablesOf } from './migrations.ts';
import { comment, commentOf, dropTables, modelNote, putAside, switchTo } from './model-switch.ts';
import { dropDeleted, type Embedded, keepRows, pagesOf, type SourceRow, type Way } from './move-rows.ts';
import { createNotes } from './notes.ts';
import { rowCount } from './row-count.ts';
import { corpusTableNames, type Layout, type VectorTable, vectorTables } from './schema.ts';
import { buildVectorIndex, dropVectorIndex, isDistributed } from './vector-index.ts';
import type { VectorModel } from './vectors.ts';

/** The note that names the model a database is being moved to, until the old tables are gone. */
const moveNote = 'moving to';

/** Databases in which two tables can be exchanged at once: https://clickhouse.com/docs/sql-reference/statements/exchange */
const exchanging = ['Atomic', 'Replicated', 'Shared', 'Overlay'];

/**
 * The way of a database to another model: new tables beside the old ones are filled, indexed, and put in their place.
 * Each step can be repeated; a move that was cut off goes on where it was. Until the switch searches and writes go to the old tables.
 */
export interface Move {
  /** How many rows are still without a vector of the new model. */
  left(): Promise<Readonly<Record<VectorTable, number>>>;
  /** Rows without vectors, by their key: at first those behind what is done, with `missing` all that are not done. */
  pages(table: VectorTable, options: CallOptions & { rows: number; missing: boolean }): AsyncGenerator<SourceRow[]>;
  /** Stores one page whole or not at all. */
  keep(table: VectorTable, rows: readonly Embedded[]): Promise<void>;
  buildIndexes(options: CallOptions & { onProgress(progress: number): void }): Promise<void>;
  /** From here on rows go from the old tables to the new ones in use: those that came at the last moment. */
  switch(): Promise<void>;
  /** Drops the old tables, or keeps them under other names. */
  finish(options: { keep: boolean }): Promise<void>;
}

/** Throws BotError `conflict` when there is nothing to move, an earlier move is not finished, or this database can't be moved in place. */
export async function beginMove(connection: Connection, model: VectorModel): Promise<Move> {
  const notes = createNotes(connection);
  const [stored, under] = [await notes.note(modelNote), await notes.note(moveNote)];
  let isSwitched = stored === model.name;
  if (isSwitched && under !== model.name) throw conflict(`The vectors of this database are of ${model.name} already.`);
  if (!isSwitched) {
    if (under !== undefined && under === stored) await endWithoutModel(connection, stored);
    await checkEngine(connection);
    if (under !== undefined && under !== model.name) await dropTables(connection, 'next');
    await notes.setNote(moveNote, model.name);
    await makeTables(connection, model);
    await dropDeleted(connection, way('generations'));
  }

  function way(table: VectorTable): Way {
    const [source, target] = isSwitched ? [`${table}_next`, table] : [table, `${table}_next`];
    return { table, source, target };
  }

  /** The end of an earlier try, which was cut off in it, has put the old table aside: all that it had was copied. */
  async function isPutAside(table: VectorTable): Promise<boolean> {
    return isSwitched && (await commentOf(connection, `${table}_next`)) === undefined;
  }

  return {
    async left() {
      const count = async (table: VectorTable) => {
        if (await isPutAside(table)) return 0;
        const { source, target } = way(table);
        return Math.max(0, (await rowCount(connection, source)) - (await rowCount(connection, target)));
      };
      return {
        generations: await count('generations'),
        prompts: await count('prompts'),
        prompt_images: await count('prompt_images'),
      };
    },
    async *pages(table, options) {
      if (!(await isPutAside(table))) yield* pagesOf(connection, way(table), options);
    },
    keep: (table, rows) => keepRows(connection, way(table), model, rows),
    async buildIndexes({ signal, onProgress }) {
      if (isSwitched) return;
      for (const [index, table] of corpusTableNames.entries()) {
        const next = `${table}_next` as const;
        // One part means one graph, which a search walks once.
        await connection.command(`OPTIMIZE TABLE ${next} FINAL`, {}, 'bulk');
        signal?.throwIfAborted();
        const share = (progress: number) => onProgress((index + progress) / corpusTableNames.length);
        const { dimensions } = model;
        await buildVectorIndex(connection, next, { dimensions, signal, onProgress: ({ progress }) => share(progress) });
      }
    },
    async switch() {
      if (!isSwitched) await switchTo(connection, model.name);
      isSwitched = true;
    },
    async finish({ keep }) {
      await putAside(connection, model.name);
      if (!keep) await dropTables(connection, 'before');
      await notes.setNote(moveNote, '');
    },
  };
}

/**
 * Ends a move that was cut off after the exchange, of which nothing is left to embed: its model may be gone. The old tables stay aside until the next move ends.
 * Pictures are not looked at: those that can't be had are never all there.
 */
async function endWithoutModel(connection: Connection, stored: string): Promise<void> {
  for (const table of ['generations', 'prompts'] as const) {
    const source = `${table}_next`;
    if ((await commentOf(connection, source)) === undefined) continue;
    const missing = pagesOf(connection, { table, source, target: table }, { rows: 1, missing: true });
    if (!(await missing.next()).done) throw unfinished(stored);
  }
  await putAside(connection, stored);
  await createNotes(connection).setNote(moveNote, '');
}

/** The model to which a database was moved whose old tables are still there: what came at the last moment may be missing. */
export async function unfinishedMove(connection: Connection): Promise<string | undefined> {
  const notes = createNotes(connection);
  const under = await notes.note(moveNote);
  return under !== undefined && under === (await notes.note(modelNote)) ? under : undefined;
}

const besides: Layout = {
  table: (name) => (vectorTables.some((table) => table === name) ? `${name}_next` : name),
  engine: (_, engine) => engine,
};

/** The comment comes last: a table that has it is whole. */
async function makeTables(connection: Connection, { name, dimensions }: VectorModel): Promise<void> {
  const comments = await Promise.all(vectorTables.map((table) => commentOf(connection, `${table}_next`)));
  if (comments.every((found) => found === name)) return;
  const target = { dialect: connection.dialect, dimensions, model: name, layout: besides };
  for (const statement of tablesOf(target)) await connection.command(statement);
  for (const table of corpusTableNames) await dropVectorIndex(connection, `${table}_next`);
  for (const table of vectorTables) await comment(connection, `${table}_next`, name);
}

async function checkEngine(connection: Connection): Promise<void> {
  if (await isDistributed(connection, 'prompts')) {
    throw conflict(
      'A database on a cluster is not moved in place. Make another database there with `npm run schema`, import into it with the new CLIP_MODEL ' +
        '(`npm run export` writes a file that `npm run import` takes), and name it in CLICKHOUSE_URL.',
    );
  }
  const [found] = await connection.read('SELECT engine FROM system.databases WHERE name = currentDatabase()', {
    row: z.object({ engine: z.string() }),
  });
  if (found && !exchanging.includes(found.engine)) {
    throw conflict(
      `Tables of a database with the engine ${found.engine} can't be exchanged at once. Make one with ENGINE = Atomic, ` +
        'bring the rows there with `npm run export` and `npm run restore`, name it in CLICKHOUSE_URL, and run this again.',
    );
  }
}

function unfinished(model: string): BotError {
  return conflict(
    `The last move of this database, to ${model}, is not finished. Run \`npm run reembed\` with that model once more, and then this again.`,
  );
}

function conflict(message: string): BotError {
  return new BotError('conflict', message);
}
