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
