import { BotError } from './errors.ts';
import { explainFailure } from './failure.ts';
import type { GenerationProgress, GenerationResult, ImageGenerator, SourcePicture } from './generator/generator.ts';
import { type Batch, inBatches } from './generator/in-batches.ts';
import { withinLimits } from './generator/within-limits.ts';
import { encodeResult } from './images/encode.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { Gate } from './moderation/gate.ts';
import { reviewPatiently, usualReviewWaitsMs } from './moderation/patient-review.ts';
import { recordPaidCalls } from './paid-calls.ts';
import type { JobControl } from './queue/queue.ts';
import type { Refinement } from './refiner/refiner.ts';
import type { RunContext, RunRequest } from './run.ts';
import type { GenerationImage } from './store/store.ts';

/** What is recorded of a generator's run; the bytes are in the image files. */
export interface Drawn extends Omit<GenerationResult, 'images'> {
  images: GenerationImage[];
  nsfw: boolean;
}

/** What one call of the generator gave. */
interface DrawnBatch extends Drawn {
  /** Pictures that it was asked for. */
  count: number;
  /** Pictures that it made. */
  made: number;
  /** The reason for each that is not shown. */
  withheld: string[];
}

interface DrawingParts {
  generator: ImageGenerator;
  images: ImageFiles;
  gate: Pick<Gate, 'looksAtPictures' | 'review'>;
  /** Milliseconds before each further try where nobody could judge what was made. */
  reviewWaitsMs?: readonly number[] | undefined;
}

interface DrawingOrder {
  refinement: Refinement;
  seed: number;
  /** What is said while it draws. */
  label: string;
}

/** How the names of the steps begin that record what was drawn. */
const batches = 'batch from ';

// Keeps the composition and changes the look, as A1111's img2img does by default.
const sourceStrength = 0.75;
const ignoresSource = "The image backend can't start from a picture, so it drew from the text alone.";

export type Draw = (request: RunRequest, order: DrawingOrder, context: RunContext) => Promise<Drawn>;

/**
 * Draws the pictures of a run within the backend's limits, and keeps those that the rules let pass: the others are never stored.
 * Every call of the backend is a recorded step, so that what was made is not made again after a crash or a stop. A call that is
 * under way then is made again; one that costs money once only (src/paid-calls.ts). Where a later call fails, the pictures made
 * before are shown, and it is said that there are fewer.
 */
export function createDrawing({ generator, images, gate, reviewWaitsMs = usualReviewWaitsMs }: DrawingParts): Draw {
  return async (request, order, context) => {
    const { limits } = generator;
    // A choice of pictures may take several calls.
    const { count, size, notices } = withinLimits(
      request,
      request.best ? { ...limits, maxCount: request.count } : limits,
    );
    const [from, model] = await Promise.all([sourceOf(request), modelOf(request)]);
    const { parts, cut } = await inBatches(
      { count, seed: order.seed, maxCount: limits.maxCount },
      (batch) =>
        context.step(batchName(batch.from), () =>
          drawBatch(batch, { ...size, source: from.source, model }, request, order, context),
        ),
      context.signal,
    );
    const drawn = merge(parts);
    const withheld = parts.flatMap((part) => part.withheld);
    if (drawn.images.length === 0 && withheld[0] !== undefined) {
      throw new BotError('refused', `Nothing can be shown: ${withheld[0]}. Change the prompt.`);
    }
    const made = parts.reduce((sum, part) => sum + part.made, 0);
    const why = cut === undefined ? undefined : explainFailure(cut, context.log).message;
    const fewer = why === undefined ? [] : [`Only ${made} of ${count} pictures could be made: ${why}`];
    return {
      ...drawn,
      notices: [...notices, ...from.notices, ...drawn.notices, ...noticesOf(withheld, made), ...fewer],
    };
  };

  async function drawBatch(
    { from, count, seed, isAll, overall }: Batch,
    how: { width: number; height: number; source: SourcePicture | undefined; model: string | undefined },
    request: RunRequest,
    { refinement, label }: DrawingOrder,
    context: RunContext,
  ): Promise<DrawnBatch> {
    const { prompt, negativePrompt } = refinement;
    const made = await generator.generate(
      { prompt, negativePrompt, count, seed, ...how },
      {
        signal: context.signal,
        onProgress: (update) => context.progress(label, shownOf(isAll ? update : partOf(update, overall))),
        beforePaying: recordPaidCalls(batchName(from), context),
      },
    );
    const bytes = made.images.map((image) => image.bytes);
    const review = () => gate.review(bytes, { user: request.user, signal: context.signal });
    const reviewed = await reviewPatiently(review, { waitsMs: reviewWaitsMs, signal: context.signal });
    const kept = made.images.filter((_, index) => !reviewed[index]?.refused);
    return {
      ...made,
      count,
      made: made.images.length,
      withheld: reviewed.flatMap(({ refused }) => refused?.reason ?? []),
      nsfw: reviewed.some(({ refused, adult }) => !refused && adult),
      images: await keep({ ...made, images: kept }, request, refinement),
    };
  }

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

  async function sourceOf({ source }: RunRequest): Promise<{ source?: SourcePicture | undefined; notices: string[] }> {
    if (source === undefined) return { notices: [] };
    if (!generator.limits.hasSource) return { notices: [ignoresSource] };
    const [bytes] = await readImages(images, [source]);
    return { source: bytes && { bytes, strength: sourceStrength }, notices: [] };
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

/** The keys of what a job has drawn and kept so far, whether or not it was logged. */
export async function picturesDrawn({ recorded }: Pick<JobControl, 'recorded'>): Promise<string[]> {
  const parts = await recorded<DrawnBatch>(batches);
  return parts.flatMap(({ images }) => images.map(({ key }) => key));
}

function batchName(from: number): string {
  return `${batches}${from}`;
}

/** Steps and estimates of one batch say nothing of the whole. */
function partOf({ fraction, preview }: GenerationProgress, overall: Batch['overall']): GenerationProgress {
  return { fraction: overall(fraction), preview };
}

/** What made the last is what is told; several backends may have shared the work. */
function merge(parts: readonly DrawnBatch[]): Drawn {
  const { generator = '', model = '' } = parts.at(-1) ?? {};
  return {
    images: parts.flatMap(({ images }) => images),
    generator,
    model,
    notices: [...new Set(parts.flatMap(({ notices }) => notices))],
    nsfw: parts.some(({ nsfw }) => nsfw),
  };
}

/** One line a rule: "1 of 4 pictures was withheld: …". */
function noticesOf(withheld: readonly string[], made: number): string[] {
  return [...new Set(withheld)].map((reason) => {
    const count = withheld.filter((other) => other === reason).length;
    return `${count} of ${made} pictures ${count === 1 ? 'was' : 'were'} withheld: ${reason}.`;
  });
}
