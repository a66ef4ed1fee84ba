import type { Drawn } from './drawing.ts';
import type { Embedder, Embedding } from './embedder/embedder.ts';
import { BotError } from './errors.ts';
import type { ImageGenerator } from './generator/generator.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { Refinement } from './refiner/refiner.ts';
import type { RunRequest } from './run.ts';
import type { Neighbour } from './search.ts';
import type { Generation, GenerationImage } from './store/store.ts';

interface DescriptionParts {
  embedder: Embedder;
  generator: Pick<ImageGenerator, 'limits'>;
  images: ImageFiles;
}

interface RunResults {
  seed: number;
  neighbours: readonly Neighbour[];
  refinement: Refinement;
  drawn: Drawn;
}

interface Vectors {
  promptVector: Embedding;
  imageVectors: Embedding[];
}

/** Makes of a run what the database keeps of it. */
export function createDescription({ embedder, generator, images }: DescriptionParts) {
  async function embed(prompt: string, pictures: readonly GenerationImage[], signal: AbortSignal): Promise<Vectors> {
    const bytes = await readImages(
      images,
      pictures.map(({ key }) => key),
    );
    const [[promptVector], imageVectors] = await Promise.all([
      embedder.embedTexts([prompt], { signal }),
      embedder.embedImages(bytes, { signal }),
    ]);
    if (!promptVector) throw new BotError('internal', 'The prompt could not be embedded. Try again.');
    return { promptVector, imageVectors };
  }

  function describe(
    request: RunRequest,
    { seed, neighbours, refinement, drawn }: RunResults,
    made: Vectors & { createdAt: Date },
  ): Generation {
    const [first] = drawn.images;
    return {
      id: request.id,
      parent: request.parent?.id,
      root: request.parent?.root ?? request.id,
      scope: request.scope,
      user: request.user,
      asked: request.asked,
      prompt: refinement.prompt,
      negativePrompt: refinement.negativePrompt ?? '',
      style: request.style ?? '',
      neighbours: neighbours.map(({ id, source, similarity }) => ({ id, source, similarity })),
      changes: refinement.changes,
      refiner: refinement.refiner,
      generator: drawn.generator,
      model: drawn.model,
      seed,
      width: first?.width ?? 0,
      height: first?.height ?? 0,
      images: drawn.images,
      source: generator.limits.hasSource ? request.source : undefined,
      nsfw: drawn.nsfw,
      ...made,
    };
  }

  return { embed, describe };
}
