import type { NeighbourView } from './chat.ts';
import { type ImageFiles, imageKeyOf } from './images/image-files.ts';
import type { PictureParameters } from './images/parameters.ts';
import { readProvenance } from './images/provenance.ts';
import type { Outbox } from './outbox.ts';
import type { PromptStore } from './store/store.ts';

/** A prompt that a picture itself names: no search comes nearer. */
export interface CarriedPrompt {
  match: NeighbourView;
  parameters: PictureParameters;
}

export interface Provenance {
  /**
   * What a kept picture says of how it was made; undefined where it says nothing. When it names a generation of this scope, it
   * is that one; of another scope's nothing is told but what the picture carries.
   */
  of(key: string, scope: string): Promise<CarriedPrompt | undefined>;
  /** The same for a picture that is not kept. */
  read(picture: Uint8Array, scope: string): Promise<CarriedPrompt | undefined>;
}

interface ProvenanceParts {
  store: Pick<PromptStore, 'findGeneration'>;
  outbox: Pick<Outbox, 'settled'>;
  images: Pick<ImageFiles, 'get'>;
}

export function createProvenance({ store, outbox, images }: ProvenanceParts): Provenance {
  async function own({ generation, seed }: PictureParameters, scope: string): Promise<CarriedPrompt | undefined> {
    if (generation === undefined) return undefined;
    await outbox.settled();
    const found = await store.findGeneration(scope, generation);
    if (!found) return undefined;
    // A run's pictures differ by their seeds alone.
    const picture = found.images.find((image) => image.seed === seed) ?? found.images[0];
    const { id, prompt, negativePrompt, model, nsfw } = found;
    return {
      match: { id, prompt, similarity: 1, source: 'own', alike: 0, picture: picture?.key, nsfw },
      parameters: { prompt, negativePrompt: negativePrompt || undefined, seed: picture?.seed, model },
    };
  }

  async function read(bytes: Uint8Array, scope: string, picture?: string): Promise<CarriedPrompt | undefined> {
    const parameters = await readProvenance(bytes);
    if (!parameters) return undefined;
    const match = {
      id: imageKeyOf(bytes),
      prompt: parameters.prompt,
      similarity: 1,
      source: 'picture',
      alike: 0,
      picture,
    } as const;
    return (await own(parameters, scope)) ?? { match, parameters };
  }

  return {
    async of(key, scope) {
      const bytes = await images.get(key);
      return bytes && read(bytes, scope, key);
    },
    read: (bytes, scope) => read(bytes, scope),
  };
}
