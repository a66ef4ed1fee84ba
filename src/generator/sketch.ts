import { BotError, isAbort } from '../errors.ts';
import { checkRequest } from './check-request.ts';
import { GeneratorFault } from './fault.ts';
import type { GeneratedImage, GeneratorLimits, ImageGenerator } from './generator.ts';
import { createComposer } from './sketch/compose.ts';
import { loadIcons } from './sketch/icons.ts';
import { render } from './sketch/render.ts';
import { readScene } from './sketch/scene.ts';
import { createVocabulary, type Vocabulary } from './sketch/vocabulary.ts';
import { unknownModel } from './unknown-model.ts';

const name = 'sketch';
const model = 'sketch-1';

const limits: GeneratorLimits = {
  maxCount: 4,
  minSide: 256,
  maxSide: 1024,
  sideMultiple: 8,
  hasSeed: true,
  hasNegativePrompt: true,
  hasSource: false,
};

interface Studio {
  vocabulary: Vocabulary;
  compose: ReturnType<typeof createComposer>;
}

/**
 * Composes clip art for a prompt, without a model or a network: subjects from Noto Emoji at places that follow the
 * prompt's relations, on a painted background, under the treatments it names. Deterministic: the same prompt, seed and
 * size give the same bytes. The icons are read at the first picture.
 */
export function createSketchGenerator(): ImageGenerator {
  let opening: Promise<Studio> | undefined;

  function studio(): Promise<Studio> {
    opening ??= openStudio();
    return opening;
  }

  return {
    name,
    model,
    limits,
    models: async () => [model],
    async generate(request, { signal, onProgress } = {}) {
      checkRequest(name, limits, request);
      if (request.model !== undefined && request.model !== model) throw unknownModel(request.model, [model]);
      try {
        const { vocabulary, compose } = await studio();
        const scene = readScene(request.prompt, request.negativePrompt ?? '', vocabulary);
        const images: GeneratedImage[] = [];
        for (let index = 0; index < request.count; index += 1) {
          signal?.throwIfAborted();
          const { width, height } = request;
          const seed = (request.seed + index) % 2 ** 32;
          const canvas = { width, height, seed: `${seed} ${request.prompt}` };
          const bytes = await render(await compose(scene, canvas), canvas, scene.treatments);
          images.push({ bytes, mediaType: 'image/webp', width, height, seed });
          onProgress?.({ fraction: (index + 1) / request.count });
        }
        return { images, generator: name, model, notices: [] };
      } catch (cause) {
        if (signal?.aborted || isAbort(cause) || cause instanceof BotError) throw cause;
        throw new GeneratorFault('The sketch could not be drawn. Try again, or change the prompt.', {
          cause,
        });
      }
    },
  };
}

async function openStudio(): Promise<Studio> {
  const icons = await loadIcons();
  const vocabulary = createVocabulary(icons);
  return { vocabulary, compose: createComposer(icons, vocabulary) };
}
