import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../state.ts';
import type { CallOptions, Embedder, Embedding } from './embedder.ts';

export interface CacheOptions {
  /** Entries kept; at 512 dimensions one takes about 2.2 kB. */
  maxEntries?: number;
}

/**
 * Remembers embeddings by content, so that a repeated search, a rerun of a prompt or an import begun again costs no model run.
 * Keys are hashes (model, kind, bytes), so a range of keys is a random sample: a full table drops one, which needs no bookkeeping on reads.
 * Anything in the table that is not a unit vector of the right length counts as absent. Closing waits for the writes, then closes the embedder.
 */
export function cacheEmbeddings(
  embedder: Embedder,
  table: Database<Embedding, string>,
  { maxEntries = 50_000 }: CacheOptions = {},
): Embedder {
  const writes = new Set<Promise<unknown>>();

  function recall(key: string): Embedding | undefined {
    try {
      const value: unknown = table.get(key);
      return isEmbedding(value, embedder.dimensions) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** A cache that can't be written (a full disk) is only slower. */
  function remember(entries: ReadonlyMap<string, Embedding>): void {
    const write = store(entries).catch(() => {});
    writes.add(write);
    void write.finally(() => writes.delete(write));
  }

  async function store(entries: ReadonlyMap<string, Embedding>): Promise<void> {
    await Promise.all([...entries].map(([key, embedding]) => table.put(key, embedding)));
    const surplus = table.getCount() - maxEntries;
    if (surplus > 0) await Promise.all(sampleKeys(table, surplus).map((key) => table.remove(key)));
  }

  async function embed<Item extends string | Uint8Array>(
    kind: string,
    items: readonly Item[],
    run: (missing: Item[]) => Promise<Embedding[]>,
  ): Promise<Embedding[]> {
    const keys = items.map((item) => keyOf(embedder.model, kind, item));
    const known = new Map<string, Embedding>();
    const missing = new Map<string, Item>();
    for (const [index, item] of items.entries()) {
      const key = keys[index] ?? '';
      const value = known.get(key) ?? recall(key);
      if (value) known.set(key, value);
      else missing.set(key, item);
    }
    if (missing.size > 0) {
      const embedded = await run([...missing.values()]);
      const fresh = new Map([...missing.keys()].map((key, place) => [key, embedded[place] ?? new Float32Array()]));
      remember(fresh);
      for (const [key, embedding] of fresh) known.set(key, embedding);
    }
    return keys.map((key) => Float32Array.from(known.get(key) ?? []));
  }

  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    embedTexts: (texts, options?: CallOptions) =>
      embed('text', texts, (missing) => embedder.embedTexts(missing, options)),
    embedImages: (images, options?: CallOptions) =>
      embed('image', images, (missing) => embedder.embedImages(missing, options)),
    async close() {
      await embedder.close();
      await Promise.all(writes);
    },
  };
}

function keyOf(model: string, kind: string, item: string | Uint8Array): string {
  return createHash('sha256').update(`${model}\0${kind}\0`).update(item).digest('base64url');
}

function isEmbedding(value: unknown, dimensions: number): value is Embedding {
  if (!(value instanceof Float32Array) || value.length !== dimensions) return false;
  return Math.abs(Math.hypot(...value) - 1) < 1e-3;
}

/** Keys from a random place on, going round at the end. */
function sampleKeys(table: Database<Embedding, string>, count: number): string[] {
  const start = randomBytes(32).toString('base64url');
  const keys = [...table.getKeys({ start, limit: count })];
  return keys.length < count ? [...keys, ...table.getKeys({ end: start, limit: count - keys.length })] : keys;
}
