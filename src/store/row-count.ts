import { z } from 'zod';
import type { CallOptions } from '../embedder/embedder.ts';
import type { Connection } from './connection.ts';

const countRow = z.object({ count: z.coerce.number() });

/** How many rows a table has. */
export async function rowCount(
  { read }: Pick<Connection, 'read'>,
  table: string,
  { signal }: CallOptions = {},
): Promise<number> {
  const [found] = await read(`SELECT count() AS count FROM ${table}`, { row: countRow, signal });
  return found?.count ?? 0;
}

/** About how many rows a table has. */
export type RowEstimate = (table: string) => Promise<number>;

const keptMs = 60_000;

/** Counts a table when first asked, and again once that is a minute old; who asks within another minute gets the old number meanwhile. */
export function createRowEstimate(connection: Pick<Connection, 'read'>): RowEstimate {
  const kept = new Map<string, { rows: Promise<number>; expires: number }>();
  return (table) => {
    const known = kept.get(table);
    if (known && Date.now() < known.expires) return known.rows;
    const expires = Date.now() + keptMs;
    // For all who ask meanwhile: nobody's signal stops it.
    const counted = rowCount(connection, table);
    const rows = known && Date.now() < known.expires + keptMs ? known.rows : counted;
    kept.set(table, { rows, expires });
    counted.then(
      () => kept.set(table, { rows: counted, expires }),
      () => known ?? kept.delete(table),
    );
    return rows;
  };
}
