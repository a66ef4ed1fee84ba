import { serverError } from '../exceptions.ts';

export interface VectorIndex {
  table: string;
  name: string;
  column: string;
  type: string;
  parameters: readonly string[];
  metric: string;
}

export type AskRows = <Row>(query: string) => Promise<Row[]>;

/** MyScale's vector indexes: a part of a table is built some time after it came to be; here, one part whenever their state is read. */
export interface VectorIndexes {
  all(): readonly VectorIndex[];
  of(table: string, column: string): VectorIndex | undefined;
  add(index: VectorIndex): void;
  drop(table: string, name: string): boolean;
  /** They go with their tables, when two change their names. */
  exchange(one: string, other: string): void;
  dropTable(table: string): void;
  /** The rows of system.vector_indices; reading lets one part more be built. */
  states(): Promise<IndexState[]>;
  /** SYSTEM WAIT BUILDING VECTOR INDICES. */
  wait(table: string): Promise<void>;
  builtParts(index: VectorIndex): readonly string[];
  /** No part is built while it is held. */
  hold(held: boolean): void;
  /** From now on building fails for this reason. */
  breakDown(reason: string): void;
}

export interface IndexState extends VectorIndex {
  total: number;
  built: number;
  status: 'Built' | 'InProgress' | 'Error';
  failure: string;
}

export function createVectorIndexes(rows: AskRows): VectorIndexes {
  const indexes = new Map<string, VectorIndex>();
  const built = new Map<VectorIndex, Set<string>>();
  let isHeld = false;
  let failure = '';
  const partsOf = async (table: string) => {
    const query = `SELECT name FROM system.parts WHERE active AND rows > 0 AND database = 'default' AND table = '${table}' ORDER BY name`;
    return (await rows<{ name: string }>(query)).map(({ name }) => name);
  };
  const stateOf = async (index: VectorIndex): Promise<IndexState> => {
    const parts = await partsOf(index.table);
    const done = parts.filter((part) => built.get(index)?.has(part)).length;
    const status = done === parts.length ? 'Built' : failure ? 'Error' : 'InProgress';
    return { ...index, total: parts.length, built: done, status, failure };
  };
  const build = async (index: VectorIndex, most: number) => {
    if (isHeld || failure) return;
    const missing = (await partsOf(index.table)).filter((part) => !built.get(index)?.has(part));
    for (const part of missing.slice(0, most)) built.get(index)?.add(part);
  };
  return {
    all: () => [...indexes.values()],
    of: (table, column) => [...indexes.values()].find((index) => index.table === table && index.column === column),
    add(index) {
      indexes.set(`${index.table} ${index.name}`, index);
      built.set(index, new Set());
    },
    drop: (table, name) => indexes.delete(`${table} ${name}`),
    exchange(one, other) {
      const all = [...indexes.values()];
      indexes.clear();
      for (const index of all) {
        if (index.table === one) index.table = other;
        else if (index.table === other) index.table = one;
        indexes.set(`${index.table} ${index.name}`, index);
      }
    },
    dropTable(table) {
      for (const [key, index] of [...indexes]) if (index.table === table) indexes.delete(key);
    },
    async states() {
      const states = await Promise.all([...indexes.values()].map(stateOf));
      for (const index of indexes.values()) await build(index, 1);
      return states;
    },
    async wait(table) {
      if (failure) throw serverError(36, failure);
      for (const index of indexes.values()) if (index.table === table) await build(index, Number.POSITIVE_INFINITY);
    },
    builtParts: (index) => [...(built.get(index) ?? [])],
    hold(held) {
      isHeld = held;
    },
    breakDown(reason) {
      failure = reason;
    },
  };
}
