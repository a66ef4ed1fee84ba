import type { Connection } from './connection.ts';
import { isMoved } from './vectors.ts';

/** The same connection, which tells when a statement met rows of another model than the program's. */
export function watchForMove(connection: Connection, onMoved: () => void): Connection {
  const watching = async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      if (isMoved(error)) onMoved();
      throw error;
    }
  };
  return {
    ...connection,
    read: (...request) => watching(connection.read(...request)),
    load: (...request) => watching(connection.load(...request)),
    insert: (...request) => watching(connection.insert(...request)),
  };
}
