import type { Embedder } from './embedder/embedder.ts';
import type { ImageFiles } from './images/image-files.ts';
import type { Generation } from './store/store.ts';

/** The model of the database, for writes that waited while it was moved from another one, or were begun before. */
export interface OutboxModel {
  readonly name: string;
  /** The generation with this model's vectors. */
  embedAnew(generation: Generation): Promise<Generation>;
}

export function createOutboxModel(embedder: Embedder, images: ImageFiles): OutboxModel {
  return {
    name: embedder.model,
    async embedAnew(generation) {
      const files = await Promise.all(generation.images.map(({ key }) => images.get(key)));
      const kept = files.flatMap((bytes) => bytes ?? []);
      // Vectors stand in the order of the pictures: a generation of which one is gone is found by its prompt alone.
      const pictures = kept.length === files.length ? kept : [];
      const [[promptVector = generation.promptVector], imageVectors] = await Promise.all([
        embedder.embedTexts([generation.prompt]),
        embedder.embedImages(pictures),
      ]);
      return { ...generation, promptVector, imageVectors };
    },
  };
}
