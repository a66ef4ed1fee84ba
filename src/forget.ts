import type { ImageFiles } from './images/image-files.ts';
import type { Outbox } from './outbox.ts';
import type { PromptStore, StoredGeneration } from './store/store.ts';

/** Deletes a generation for good: itself, its posts and reactions, and the pictures that nothing else shows. */
export function createForget(parts: { store: PromptStore; outbox: Outbox; images: ImageFiles }) {
  const { store, outbox, images } = parts;
  return async ({ scope, id, images: pictures, source }: StoredGeneration): Promise<void> => {
    // A write that still waits would bring it back.
    await outbox.settled();
    await store.deleteGeneration(scope, id);
    for (const key of [...pictures.map((picture) => picture.key), ...(source ? [source] : [])]) {
      if (!(await store.isImageUsed(key))) await images.remove(key);
    }
  };
}
