/** Texts of one token count: their ids one after another, and which texts they are. */
export interface LengthBatch {
  ids: Int32Array;
  /** Tokens of each. */
  count: number;
  places: number[];
}

/** Groups token rows by their length, the shortest first, at most `maxTokens` a batch (but at least one row): the same rows give the same batches. */
export function batchByLength(rows: readonly Int32Array[], maxTokens: number): LengthBatch[] {
  const groups = new Map<number, number[]>();
  for (const [place, { length }] of rows.entries()) {
    const group = groups.get(length);
    if (group) group.push(place);
    else groups.set(length, [place]);
  }
  return [...groups]
    .sort(([one], [other]) => one - other)
    .flatMap(([count, places]) => {
      const size = Math.max(1, Math.floor(maxTokens / count));
      return Array.from({ length: Math.ceil(places.length / size) }, (_, index): LengthBatch => {
        const part = places.slice(index * size, (index + 1) * size);
        const ids = new Int32Array(part.length * count);
        for (const [at, place] of part.entries()) ids.set(rows[place] ?? [], at * count);
        return { ids, count, places: part };
      });
    });
}

/** Rows packed as [count, ids...], one after another. */
export function unpackTokens(packed: ArrayLike<number>): Int32Array[] {
  const rows: Int32Array[] = [];
  const all = new Int32Array(packed);
  for (let at = 0; at < all.length; ) {
    const end = at + 1 + (all[at] ?? 0);
    rows.push(all.subarray(at + 1, end));
    at = end;
  }
  return rows;
}

/** Puts values back to their places. */
export function inOrder<Value>(values: readonly Value[], places: readonly number[]): Value[] {
  const ordered: Value[] = new Array(values.length);
  for (const [index, value] of values.entries()) ordered[places[index] ?? index] = value;
  return ordered;
}
