import type { CallOptions, Embedder } from '../embedder/embedder.ts';
import type { CorpusImage, CorpusRow, PromptStore } from '../store/store.ts';
import { addCounts, countReasons, type ImportCounts, noCounts } from './counts.ts';
import type { Picture, Pictures } from './pictures.ts';
import type { ImportRow } from './records.ts';
import type { Window } from './windows.ts';

/** A window, ready to be stored. */
export interface EmbeddedWindow extends Pick<Window, 'rejected' | 'next'> {
  rows: CorpusRow[];
  /** Vectors of pictures for rows that are stored without. */
  images: CorpusImage[];
  counts: ImportCounts;
}

interface EmbedParts {
  embedder: Pick<Embedder, 'embedTexts'>;
  store: Pick<PromptStore, 'knownImageIds'>;
  pictures: Pictures;
}

/** Brings the pictures of a window and embeds its prompts, both at once. */
export async function embedWindow(parts: EmbedParts, window: Window, options: CallOptions): Promise<EmbeddedWindow> {
  const { fresh, rejected, next } = window;
  const unseen = parts.pictures.embeds ? await withoutImage(parts.store, window.known, options) : [];
  const [vectors, freshPictures, unseenPictures] = await Promise.all([
    parts.embedder.embedTexts(
      fresh.map(({ prompt }) => prompt),
      options,
    ),
    picturesOf(parts.pictures, fresh, options),
    picturesOf(parts.pictures, unseen, options),
  ]);
  const rows = fresh.flatMap((row, index): CorpusRow[] => {
    const [promptVector, picture] = [vectors[index], freshPictures[index]];
    return promptVector && picture ? [{ ...row, url: picture.url, imageVector: picture.vector, promptVector }] : [];
  });
  const images = unseen.flatMap(({ id, prompt }, index): CorpusImage[] => {
    const { url = '', vector } = unseenPictures[index] ?? {};
    return vector ? [{ id, prompt, url, imageVector: vector }] : [];
  });
  const counts = addCounts(window.counts, {
    ...noCounts,
    imported: rows.length,
    pictures: images.length + rows.filter(({ imageVector }) => imageVector).length,
    dead: countReasons([...freshPictures, ...unseenPictures].flatMap(({ dead }) => dead ?? [])),
  });
  return { rows, images, rejected, next, counts };
}

async function withoutImage(store: EmbedParts['store'], known: readonly ImportRow[], options: CallOptions) {
  const illustrated = [...new Map(known.filter(({ url }) => url).map((row) => [row.id, row])).values()];
  if (illustrated.length === 0) return [];
  const have = await store.knownImageIds(
    illustrated.map(({ id }) => id),
    options,
  );
  return illustrated.filter(({ id }) => !have.has(id));
}

function picturesOf(pictures: Pictures, rows: readonly ImportRow[], options: CallOptions): Promise<Picture[]> {
  return Promise.all(rows.map(({ url }) => pictures.of(url, options)));
}
