import { z } from 'zod';
import type { Connection } from './connection.ts';

/** Small texts by name, kept in the database itself: what they tell of its rows is true wherever the rows go. */
export interface Notes {
  /** Undefined when there is none. */
  note(name: string): Promise<string | undefined>;
  /** On disk when it resolves; '' removes it. */
  setNote(name: string, value: string): Promise<void>;
}

const row = z.object({ value: z.string() });

export function createNotes(connection: Connection): Notes {
  return {
    async note(name) {
      // FINAL, since the table keeps older values of a name until it merges them away.
      const query = 'SELECT value FROM meta FINAL WHERE name = {name:String} LIMIT 1';
      const [found] = await connection.read(query, { row, parameters: { name } });
      return found?.value || undefined;
    },
    setNote: (name, value) => connection.insert('meta', [{ name, value }], 'bulk'),
  };
}
