/** A small seeded source of randomness: the same key gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** Whole, both ends included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<Value>(values: readonly [Value, ...Value[]]): Value;
  pick<Value>(values: readonly Value[]): Value | undefined;
}

/** Mulberry32 (Tommy Ettinger, public domain) over an FNV-1a hash of the key. */
export function createRandom(key: string): Random {
  let state = hash(key);
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  function integer(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1));
  }
  function pick<Value>(values: readonly [Value, ...Value[]]): Value;
  function pick<Value>(values: readonly Value[]): Value | undefined;
  function pick<Value>(values: readonly Value[]): Value | undefined {
    return values[integer(0, values.length - 1)];
  }
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    integer,
    chance: (probability) => next() < probability,
    pick,
  };
}

function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  return value;
}
