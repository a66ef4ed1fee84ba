import type { Connection, Parameters } from './connection.ts';

/** Deletes rows for good, and resolves when they are gone; `condition` is SQL that is written here, its values are parameters. */
export function removeRows(
  connection: Connection,
  table: string,
  condition: string,
  parameters: Parameters,
): Promise<void> {
  // A mutation rewrites the parts without the rows: a lightweight DELETE would only hide what a person wants gone.
  return connection.command(`ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`, parameters);
}
