import { BotError } from './errors.ts';
import type { GenerationProgress, GenerationResult, ImageGenerator, SourcePicture } from './generator/generator.ts';
import { generateInBatches } from './generator/in-batches.ts';
import { withinLimits } from './generator/within-limits.ts';
import { encodeResult } from './images/encode.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { Gate } from './moderation/gate.ts';
import type { Verdict } from './moderation/moderator.ts';
import type { RunContext, RunRequest } from './pipeline.ts';
import type { Refinement } from './refiner/refiner.ts';
import type { GenerationImage } from './store/store.ts';

/** What is recorded of a generator's run; the bytes are in the image files. */
export interface Drawn extends Omit<GenerationResult, 'images'> {
  images: GenerationImage[];
  nsfw: boolean;
}

interface DrawingParts {
  generator: ImageGenerator;
  images: ImageFiles;
  gate: Pick<Gate, 'looksAtPictures' | 'review'>;
}

interface DrawingOrder {
  refinement: Refinement;
  seed: number;
  /** What is said while it draws. */
  label: string;
}

// Keeps the composition and changes the look, as A1111's img2img does by default.
const sourceStrength = 0.75;

export type Draw = (request: RunRequest, order: DrawingOrder, context: RunContext) => Promise<Drawn>;

/** Draws the pictures of a run within the backend's limits, and keeps those that the rules let pass: the others are never stored. */
export function createDrawing({ generator, images, gate }: DrawingParts): Draw {
  return async (request, { refinement, seed, label }, { signal, progress }) => {
    const { limits } = generator;
    // A choice of pictures may take several calls.
    const { count, size, notices } = withinLimits(
      request,
      request.best ? { ...limits, maxCount: request.count } : limits,
    );
    const { prompt, negativePrompt } = refinement;
    const [source, model] = await Promise.all([sourceOf(request), modelOf(request)]);
    const made = await generateInBatches(
      generator,
      { prompt, negativePrompt, count, seed, ...size, source, model },
      { signal, onProgress: (update) => progress(label, shownOf(update)) },
    );
    const bytes = made.images.map((image) => image.bytes);
    const reviewed = await gate.review(bytes, { user: request.user, signal });
    const kept = made.images.filter((_, index) => !reviewed[index]?.refused);
    const withheld = reviewed.flatMap(({ refused }) => refused ?? []);
    if (kept.length === 0 && withheld[0]) {
      throw new BotError('refused', `Nothing can be shown: ${withheld[0].reason}. Change the prompt.`);
    }
    return {
      ...made,
      nsfw: reviewed.some(({ refused, adult }) => !refused && adult),
      images: await keep({ ...made, images: kept }, request, refinement),
      notices: [...notices, ...made.notices, ...noticesOf(reviewed)],
    };
  };

  /** Nobody has judged what is half drawn. */
  function shownOf({ preview, ...update }: GenerationProgress): GenerationProgress {
    return gate.looksAtPictures ? update : { ...update, preview };
  }

  /** What was asked for, or the parent's where it still exists; else the generator chooses. */
  async function modelOf({ model, parent }: RunRequest): Promise<string | undefined> {
    if (model !== undefined || !parent) return model;
    const known = await generator.models().catch((): string[] => []);
    return known.includes(parent.model) ? parent.model : undefined;
  }

  async function sourceOf({ source }: RunRequest): Promise<SourcePicture | undefined> {
    if (source === undefined || !generator.limits.hasSource) return undefined;
    const [bytes] = await readImages(images, [source]);
    return bytes && { bytes, strength: sourceStrength };
  }

  function keep(made: GenerationResult, request: RunRequest, refinement: Refinement): Promise<GenerationImage[]> {
    const { generator, model } = made;
    const { prompt, negativePrompt } = refinement;
    const described = { prompt, negativePrompt, generator, model, generation: request.id, parent: request.parent?.id };
    return Promise.all(
      made.images.map(async ({ bytes, seed, sampling }) => {
        const { bytes: encoded, ...picture } = await encodeResult(bytes, { ...described, ...sampling, seed });
        return { key: await images.put(encoded), ...picture, seed };
      }),
    );
  }
}

/** One line a rule: "1 of 4 pictures was withheld: …". */
function noticesOf(reviewed: readonly Verdict[]): string[] {
  const reasons = reviewed.flatMap(({ refused }) => refused?.reason ?? []);
  return [...new Set(reasons)].map((reason) => {
    const count = reasons.filter((other) => other === reason).length;
    return `${count} of ${reviewed.length} pictures ${count === 1 ? 'was' : 'were'} withheld: ${reason}.`;
  });
}
