import type { State } from '../../src/state.ts';

/** A table whose own writes are seen at once: a read of LMDB may show the state of a moment ago, and a post must not be missed. */
export interface Records<Value> {
  get(key: string): Value | undefined;
  /** Resolves once the write is ordered before all later ones; a power cut can take it back. */
  put(key: string, value: Value): Promise<void>;
  /** Resolves once it is on disk. */
  putDurably(key: string, value: Value): Promise<void>;
  remove(key: string): Promise<void>;
  /** Everything in the table. */
  all(): { key: string; value: Value }[];
}

/** Writes that are kept in memory; reads lag by far fewer. */
const remembered = 5000;

export function openRecords<Value>(state: State, name: string): Records<Value> {
  const table = state.table<Value>(name);
  const recent = new Map<string, Value | undefined>();

  function remember(key: string, value: Value | undefined) {
    recent.delete(key);
    recent.set(key, value);
    const [oldest] = recent.keys();
    if (recent.size > remembered && oldest !== undefined) recent.delete(oldest);
  }

  return {
    get: (key) => (recent.has(key) ? recent.get(key) : table.get(key)),
    async put(key, value) {
      remember(key, value);
      await table.put(key, value);
    },
    async putDurably(key, value) {
      remember(key, value);
      await state.durably(() => {
        table.put(key, value);
      });
    },
    async remove(key) {
      remember(key, undefined);
      await table.remove(key);
    },
    all() {
      const stored = [...table.getRange()].map(({ key, value }) => [key, value] as const);
      const merged = new Map<string, Value | undefined>([...stored, ...recent]);
      return [...merged].flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
    },
  };
}
