/** Which shards of Discord a process runs. */
export type Shards = 'auto' | { ids: number[]; total: number };

/**
 * Parses DISCORD_SHARDS: `0/4` (shard 0 of 4), `0-3/8` or `0,2/4`, for several processes that share the servers;
 * `auto` runs as many as Discord recommends in this one. Undefined for anything else.
 */
export function parseShards(text: string): Shards | undefined {
  return text.trim() === 'auto' ? 'auto' : parseList(text);
}

function parseList(text: string): Shards | undefined {
  const [, list, count] = /^\s*([\d,\s-]+)\/\s*(\d{1,5})\s*$/.exec(text) ?? [];
  if (list === undefined || count === undefined) return undefined;
  const total = Number(count);
  const ids = list.split(',').flatMap(parseRange);
  const isValid = ids.length > 0 && ids.every((id) => Number.isInteger(id) && id < total);
  return isValid && new Set(ids).size === ids.length ? { ids, total } : undefined;
}

function parseRange(text: string): number[] {
  const [, first, last] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text) ?? [];
  if (first === undefined) return [Number.NaN];
  const start = Number(first);
  const length = Number(last ?? first) - start + 1;
  return length > 0 ? Array.from({ length }, (_, index) => start + index) : [Number.NaN];
}
