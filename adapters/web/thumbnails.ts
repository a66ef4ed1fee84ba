import sharp from 'sharp';

/** Sides a thumbnail can have, in pixels; a request gets the next larger one, so that few variants are made. */
const sides = [96, 192, 384, 768];

/** Makes small WebP copies and keeps the recent ones in memory, up to `maxBytes`. */
export function createThumbnails(maxBytes: number) {
  const kept = new Map<string, Uint8Array>();
  const making = new Map<string, Promise<Uint8Array>>();
  let keptBytes = 0;

  function keep(name: string, bytes: Uint8Array): void {
    kept.set(name, bytes);
    keptBytes += bytes.length;
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= maxBytes) return;
      kept.delete(oldest);
      keptBytes -= length;
    }
  }

  return {
    /** Fits the picture into a square of at least `size` pixels (or its own size, if smaller). */
    async of(key: string, original: Uint8Array, size: number): Promise<Uint8Array> {
      const side = sides.find((one) => one >= size) ?? sides[sides.length - 1] ?? size;
      const name = `${key}@${side}`;
      const known = kept.get(name) ?? making.get(name);
      if (known) return known;
      const made = shrink(original, side).finally(() => making.delete(name));
      making.set(name, made);
      const bytes = await made;
      keep(name, bytes);
      return bytes;
    },
  };
}

function shrink(original: Uint8Array, side: number): Promise<Uint8Array> {
  return sharp(original)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 82 })
    .toBuffer();
}
