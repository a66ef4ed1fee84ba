import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import type { CallOptions, Embedder, Embedding } from '../embedder/embedder.ts';
import { BotError } from '../errors.ts';
import { cleanCopy } from '../images/decode.ts';
import { type ImageFiles, isImageKey } from '../images/image-files.ts';
import type { PictureCache } from './picture-cache.ts';
import { DeadPicture, type PictureDownloads } from './picture-downloads.ts';
import { isWebAddress } from './source.ts';

export interface Picture {
  /** What is stored of it: a web address, an image key, or ''. */
  url: string;
  vector?: Embedding | undefined;
  /** Why it could not be had. */
  dead?: string | undefined;
}

/** The pictures that rows name. */
export interface Pictures {
  /** False when pictures are kept but not embedded. */
  readonly embeds: boolean;
  /** Never throws for a picture that can't be had: it is dead. */
  of(url: string, options: CallOptions): Promise<Picture>;
}

interface PicturesParts {
  embeds: boolean;
  /** The folder that relative paths begin in and must not leave; undefined for files of the web. */
  folder: string | undefined;
  embedder: Pick<Embedder, 'embedImages'>;
  images: ImageFiles;
  downloads: PictureDownloads;
  cache: PictureCache;
  maxBytes: number;
}

// What a page shows of a picture of the corpus needs no more.
const keptSide = 1_024;

// Those that are fetched, read or wait for the model, each with its bytes in memory.
const picturesAtOnce = 32;

/** Pictures on the disk become image files of ours; those of the web are fetched to be embedded, each once. */
export function createPictures(parts: PicturesParts): Pictures {
  const { embeds, folder, embedder, images, downloads, cache } = parts;

  const embed = async (bytes: Uint8Array, options: CallOptions): Promise<Embedding> => {
    const [vector] = await embedder.embedImages([bytes], options);
    if (!vector) throw new DeadPicture('it is no picture', 'lasting');
    return vector;
  };

  const bounded = new PQueue({ concurrency: picturesAtOnce });

  async function ofKey(key: string, options: CallOptions): Promise<Picture> {
    const bytes = embeds ? await images.get(key) : undefined;
    if (embeds && !bytes) return { url: key, dead: 'it is not kept here' };
    return { url: key, vector: bytes && (await embed(bytes, options)) };
  }

  async function ofFile(relative: string, options: CallOptions): Promise<Picture> {
    const original = await readInside(folder, relative, parts.maxBytes);
    const { bytes } = await cleanCopy(original, { maxSide: keptSide });
    return { url: await images.put(bytes), vector: embeds ? await embed(original, options) : undefined };
  }

  async function bring(url: string, options: CallOptions): Promise<Picture> {
    if (isImageKey(url)) return ofKey(url, options);
    if (!isWebAddress(url)) return ofFile(url, options);
    return { url, vector: await cache.recall(url, async () => embed(await downloads.fetch(url, options), options)) };
  }

  return {
    embeds,
    async of(url, options) {
      const isWeb = isWebAddress(url);
      if (url === '' || (isWeb && !embeds)) return { url };
      try {
        return await bounded.add(() => bring(url, options), options.signal ? { signal: options.signal } : {});
      } catch (error) {
        return { url: isWeb ? url : '', dead: deathOf(error) };
      }
    },
  };
}

/** Why a picture is dead; anything else than its own fault is thrown again. */
export function deathOf(error: unknown): string {
  if (error instanceof DeadPicture) return error.message;
  if (error instanceof BotError && error.code === 'unsupported_image') return 'it is no picture';
  if (error instanceof BotError && error.code === 'too_large') return 'it is too large';
  throw error;
}

async function readInside(folder: string | undefined, relative: string, maxBytes: number): Promise<Uint8Array> {
  if (folder === undefined) throw new DeadPicture('it is no web address', 'lasting');
  const file = await realpath(path.resolve(folder, relative)).catch(() => {
    throw new DeadPicture('its file is missing', 'passing');
  });
  if (!file.startsWith(`${await realpath(folder)}${path.sep}`)) {
    throw new DeadPicture('its file is outside of the folder of the import', 'lasting');
  }
  const { size } = await stat(file);
  if (size > maxBytes) throw new DeadPicture('it is too large', 'lasting');
  try {
    return await readFile(file);
  } catch {
    throw new DeadPicture("its file can't be read", 'passing');
  }
}
