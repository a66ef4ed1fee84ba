import type { CallOptions, Embedder } from '../embedder/embedder.ts';
import type { Pictures } from '../importer/pictures.ts';
import type { Embedded, SourceRow } from '../store/move-rows.ts';
import type { VectorTable } from '../store/schema.ts';

/** A page of rows with the vectors of another model, and what could not be had. */
export interface EmbeddedPage {
  rows: Embedded[];
  /** Why pictures have no vector, once each. */
  dead: string[];
}

export interface EmbedParts {
  embedder: Pick<Embedder, 'embedTexts'>;
  pictures: Pictures;
}

/** Throws what embedding throws; a picture that can't be had is dead. */
export function embedRows(
  parts: EmbedParts,
  table: VectorTable,
  rows: readonly SourceRow[],
  options: CallOptions,
): Promise<EmbeddedPage> {
  if (table === 'prompts') return embedPrompts(parts, rows, options);
  return table === 'prompt_images' ? embedImages(parts, rows, options) : embedGenerations(parts, rows, options);
}

async function embedPrompts({ embedder }: EmbedParts, rows: readonly SourceRow[], options: CallOptions) {
  const vectors = await embedder.embedTexts(
    rows.map(({ prompt }) => prompt),
    options,
  );
  const embedded = rows.flatMap((row, index): Embedded[] => {
    const vector = vectors[index];
    return vector ? [{ row, vector }] : [];
  });
  return { rows: embedded, dead: [] };
}

async function embedImages({ pictures }: EmbedParts, rows: readonly SourceRow[], options: CallOptions) {
  const found = await Promise.all(rows.map(({ url }) => pictures.of(url, options)));
  const embedded = rows.flatMap((row, index): Embedded[] => {
    const vector = found[index]?.vector;
    return vector ? [{ row, vector }] : [];
  });
  return { rows: embedded, dead: found.flatMap(({ vector, dead }) => (vector ? [] : (dead ?? 'it has no address'))) };
}

/** Vectors stand in the order of the pictures: a generation of which one is gone is found by its prompt alone. */
async function embedGenerations({ embedder, pictures }: EmbedParts, rows: readonly SourceRow[], options: CallOptions) {
  const [prompts, found] = await Promise.all([
    embedder.embedTexts(
      rows.map(({ prompt }) => prompt),
      options,
    ),
    Promise.all(rows.map(({ images }) => Promise.all(images.map(({ key }) => pictures.of(key, options))))),
  ]);
  const embedded = rows.flatMap((row, index): Embedded[] => {
    const [prompt, views = []] = [prompts[index], found[index]];
    const images = views.flatMap(({ vector }) => vector ?? []);
    return prompt ? [{ row, prompt, images: images.length === views.length ? images : [] }] : [];
  });
  return { rows: embedded, dead: found.flat().flatMap(({ dead }) => dead ?? []) };
}
