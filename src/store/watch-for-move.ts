import { BotError } from '../errors.ts';
import type { Connection } from './connection.ts';

/** The same connection, which tells once when a statement met a table of another model than the program's. */
export function watchForMove(connection: Connection, onMoved: (error: BotError) => void): Connection {
  let told = false;
  const watching = async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      if (!told && error instanceof BotError && error.code === 'model_mismatch') {
        told = true;
        onMoved(error);
      }
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
