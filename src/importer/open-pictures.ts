import type { Embedder } from '../embedder/embedder.ts';
import type { ImageFiles } from '../images/image-files.ts';
import type { State } from '../state.ts';
import { type CachedPicture, cachePictures } from './picture-cache.ts';
import { createPictureDownloads } from './picture-downloads.ts';
import { createPictures, type Pictures } from './pictures.ts';

interface OpenPicturesOptions {
  /** False when pictures are kept but not embedded. */
  embeds: boolean;
  /** The folder that relative paths begin in and must not leave; undefined for files of the web. */
  folder: string | undefined;
  /** Hosts that may have private addresses. */
  allowHosts: readonly string[];
  embedder: Pick<Embedder, 'model' | 'embedImages'>;
  images: ImageFiles;
  state: State;
  maxImageBytes: number;
}

/** The pictures that rows name, with their downloads, and with what was found of them before. */
export function openPictures({ allowHosts, state, maxImageBytes, ...parts }: OpenPicturesOptions): Pictures {
  return createPictures({
    ...parts,
    downloads: createPictureDownloads({ allowHosts, maxBytes: maxImageBytes }),
    cache: cachePictures(state.table<CachedPicture>('pictures'), { model: parts.embedder.model }),
    maxBytes: maxImageBytes,
  });
}
