import { hash } from 'node:crypto';
import type { Embedding } from '../embedder/embedder.ts';
import type { Database } from '../state.ts';
import { DeadPicture } from './picture-downloads.ts';
import { deathOf } from './pictures.ts';

/** What became of a picture of the web: its vector, or why there is none and until when that holds (ms since 1970). */
export type CachedPicture = { vector: Embedding } | { dead: string; until: number };

/** Remembers the pictures of the web by address, so that none is fetched twice, the dead not within some days. */
export interface PictureCache {
  /** The vector; `bring` is asked when it is not known. Throws DeadPicture. */
  recall(url: string, bring: () => Promise<Embedding>): Promise<Embedding>;
}

const hour = 3_600_000;
const lifetimes = { lasting: 14 * 24 * hour, passing: hour };

export function cachePictures(
  table: Database<CachedPicture, string>,
  { model, now = Date.now }: { model: string; now?: () => number },
): PictureCache {
  const underWay = new Map<string, Promise<Embedding>>();

  async function bringAndKeep(key: string, bring: () => Promise<Embedding>): Promise<Embedding> {
    try {
      const vector = await bring();
      await table.put(key, { vector });
      return vector;
    } catch (error) {
      const dead = deathOf(error);
      const until = now() + lifetimes[error instanceof DeadPicture ? error.lasts : 'lasting'];
      await table.put(key, { dead, until });
      throw error;
    }
  }

  return {
    async recall(url, bring) {
      const key = hash('sha256', `${model}\0${url}`);
      const known = table.get(key);
      if (known && 'vector' in known) return known.vector;
      if (known && known.until > now()) throw new DeadPicture(known.dead, 'lasting');
      const running = underWay.get(key) ?? bringAndKeep(key, bring).finally(() => underWay.delete(key));
      underWay.set(key, running);
      return running;
    },
  };
}
