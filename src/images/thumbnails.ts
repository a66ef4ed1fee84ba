import sharp from 'sharp';
import { type ImageFiles, type ThumbnailSide, thumbnailSides } from './image-files.ts';
import { mediaTypeOf } from './media-type.ts';

/** Gives small copies of kept pictures. */
export interface Thumbnails {
  /**
   * The picture fitted into a square of at least `size` pixels (or its own size, if smaller), as WebP.
   * Made once and stored beside its original; undefined when the original is not kept (any more), or no picture.
   */
  of(key: string, size: number): Promise<Uint8Array | undefined>;
}

type Files = Pick<ImageFiles, 'get' | 'getThumbnail' | 'putThumbnail' | 'remove'>;

export function createThumbnails(files: Files): Thumbnails {
  const making = new Map<string, Promise<Uint8Array | undefined>>();

  async function make(key: string, side: ThumbnailSide): Promise<Uint8Array | undefined> {
    const original = await files.get(key);
    if (!original || !mediaTypeOf(original)) return undefined;
    const bytes = await shrink(original, side);
    await files.putThumbnail(key, side, bytes);
    if (await files.get(key)) return bytes;
    // Removed in the meantime: a thumbnail must not outlive its original.
    await files.remove(key);
    return undefined;
  }

  return {
    async of(key, size) {
      const side = thumbnailSides.find((one) => one >= size) ?? thumbnailSides[thumbnailSides.length - 1] ?? 768;
      const name = `${key} ${side}`;
      const underWay = making.get(name);
      if (underWay) return underWay;
      const made = files
        .getThumbnail(key, side)
        .then((stored) => stored ?? make(key, side))
        .finally(() => making.delete(name));
      making.set(name, made);
      return made;
    },
  };
}

function shrink(original: Uint8Array, side: number): Promise<Uint8Array> {
  return sharp(original)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 82 })
    .toBuffer();
}
