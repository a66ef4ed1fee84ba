import { z } from 'zod';
import type { Connection } from './connection.ts';
import { literal } from './literal.ts';
import { createNotes } from './notes.ts';
import { type VectorTable, vectorTables } from './schema.ts';

/** The note that names the model of a database. */
export const modelNote = 'model';

const commentRow = z.object({ comment: z.string() });

/** A table's comment is the model of its vectors, if it came by a move; it goes with the table when two are exchanged. Undefined: there is no such table. */
export async function commentOf({ read }: Connection, table: string): Promise<string | undefined> {
  const query = `SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = '${table}'`;
  return (await read(query, { row: commentRow }))[0]?.comment;
}

export async function comment({ command }: Connection, table: string, model: string): Promise<void> {
  await command(`ALTER TABLE ${table} MODIFY COMMENT ${literal(model)}`);
}

/** Puts the tables of the new model in place, and then says so. The first exchange decides: from then on whoever opens the database finishes. */
export async function switchTo(connection: Connection, model: string): Promise<void> {
  for (const table of vectorTables) await putInPlace(connection, table, `${table}_next`, model);
  await createNotes(connection).setNote(modelNote, model);
}

/** Finishes a switch that was cut off; does nothing else. */
export async function finishSwitch(connection: Connection): Promise<void> {
  const decided = await commentOf(connection, vectorTables[0]);
  if (decided && decided !== (await createNotes(connection).note(modelNote))) await switchTo(connection, decided);
}

/**
 * Gives the old tables another name, of which there is one generation.
 * No exchange finds them any more, so that one that came late can be undone before anything is dropped.
 */
export async function putAside(connection: Connection, model: string): Promise<void> {
  for (const table of vectorTables) {
    const aside = `${table}_before`;
    if ((await commentOf(connection, `${table}_next`)) !== undefined) {
      await connection.command(`DROP TABLE IF EXISTS ${aside} SYNC`);
      await connection.command(`RENAME TABLE ${table}_next TO ${aside}`);
    }
    await putInPlace(connection, table, aside, model);
  }
}

export async function dropTables(connection: Connection, suffix: 'next' | 'before'): Promise<void> {
  for (const table of vectorTables) await connection.command(`DROP TABLE IF EXISTS ${table}_${suffix} SYNC`);
}

/** Several programs may be at it, and a request may be sent twice: each exchange is looked at, and one too many is undone. */
async function putInPlace(connection: Connection, table: VectorTable, other: string, model: string): Promise<void> {
  while ((await commentOf(connection, table)) !== model) {
    try {
      await connection.command(`EXCHANGE TABLES ${table} AND ${other}`);
    } catch (error) {
      if ((await commentOf(connection, table)) !== model) throw error;
    }
  }
}
