import type { ImageFiles } from './images/image-files.ts';
import type { Outbox } from './outbox.ts';
import type { PromptStore, StoredGeneration, UploadsOf } from './store/store.ts';

export interface Forget {
  /** Deletes a generation for good: itself, its posts and reactions, and the pictures (made and sent) that nothing else uses. */
  forget(generation: StoredGeneration): Promise<void>;
  /** Deletes every picture that a person sent in a scope, or that came with a job, and that nothing else uses. */
  forgetUploads(scope: string, whose: UploadsOf): Promise<void>;
  /** Deletes those of these pictures that nothing uses. */
  forgetPictures(keys: readonly string[]): Promise<void>;
}

export function createForget(parts: { store: PromptStore; outbox: Outbox; images: ImageFiles }): Forget {
  const { store, outbox, images } = parts;

  async function removeUnused(keys: Iterable<string>) {
    for (const key of new Set(keys)) if (!(await store.isImageUsed(key))) await images.remove(key);
  }

  return {
    async forget({ scope, id, images: pictures, source }) {
      // A write that still waits would bring it back.
      await outbox.settled();
      const uploads = await store.uploadsOf(scope, { job: id });
      await store.deleteUploads(scope, { job: id });
      await store.deleteGeneration(scope, id);
      await removeUnused([...pictures.map(({ key }) => key), ...uploads, ...(source ? [source] : [])]);
    },
    async forgetUploads(scope, whose) {
      await outbox.settled();
      const uploads = await store.uploadsOf(scope, whose);
      await store.deleteUploads(scope, whose);
      await removeUnused(uploads);
    },
    async forgetPictures(keys) {
      await outbox.settled();
      // It is closing, and a run that uses them may still wait in it.
      if (outbox.size === 0) await removeUnused(keys);
    },
  };
}
