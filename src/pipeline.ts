import { randomInt } from 'node:crypto';
import { createAdmission, withStyle } from './admission.ts';
import { createDescription } from './description.ts';
import { createDrawing, type Drawn } from './drawing.ts';
import type { Embedder } from './embedder/embedder.ts';
import type { ImageGenerator } from './generator/generator.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { AdultPlace } from './moderation/adult-policy.ts';
import type { Gate } from './moderation/gate.ts';
import { moderateSearch } from './moderation/moderated-search.ts';
import type { Outbox } from './outbox.ts';
import { rankGeneration } from './ranking.ts';
import type { Refinement, Refiner } from './refiner/refiner.ts';
import type { Made, RunContext, RunRequest } from './run.ts';
import type { Neighbour, Search } from './search.ts';
import type { Calibration } from './similarity.ts';
import type { Generation } from './store/store.ts';
import { styleWords } from './styles.ts';

interface PipelineParts {
  embedder: Embedder;
  search: Search;
  refiner: Refiner;
  generator: ImageGenerator;
  images: ImageFiles;
  outbox: Outbox;
  gate: Gate;
  calibration: () => Calibration;
  /** What no image server may see is removed (src/generator/clean-prompt.ts): from people's words and a model's rewrite alike. */
  cleanPrompt: (prompt: string) => string;
}

export interface Pipeline {
  readonly search: Search;
  /** What draws the pictures: its limits and models. */
  readonly generator: Pick<ImageGenerator, 'limits' | 'models'>;
  /** Pictures that a run makes at most: what is asked for, as far as the backend's limit lets it. */
  picturesOf(request: Pick<RunRequest, 'count' | 'best'>): number;
  /** The flow: admit, search, refine, generate, rank, log. Every stage is a recorded step, so that a run goes on where a crash stopped it. */
  run(request: RunRequest, context: RunContext): Promise<{ generation: Generation; made: Made }>;
}

const neighboursUsed = 5;
const largestSeed = 0xffff_ffff;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { embedder, refiner, generator, images, outbox, gate, calibration, cleanPrompt } = parts;
  const search = moderateSearch(parts.search, gate);
  const admission = createAdmission({ gate, images, cleanPrompt });
  const bestFirst = (generation: Generation) => rankGeneration(generation, calibration(), embedder.model);
  const drawPictures = createDrawing({ generator, images, gate });
  const description = createDescription({ embedder, generator, images });

  async function run(request: RunRequest, context: RunContext): Promise<{ generation: Generation; made: Made }> {
    const seed = await context.step('seed', async () => request.seed ?? randomInt(largestSeed));
    const place = await context.step('place', context.adultPlace);
    const isAdult = await timed(context, 'admit', () => admission.admit(request, place, context));
    const neighbours = await findNeighbours(request, context);
    const { refinement, ...rewrite } = await refine(request, { neighbours, seed, place }, context);
    const drawn = await draw(request, refinement, seed, context);
    const nsfw = isAdult || rewrite.isAdult || drawn.nsfw;
    const results = { seed, neighbours, refinement, drawn: { ...drawn, nsfw } };
    if (request.best) context.progress('Ranking the pictures');
    // A job that goes on after the database was moved to another model is embedded by that.
    const vectors = await timed(context, `embed by ${embedder.model}`, () =>
      description.embed(refinement.prompt, drawn.images, context.signal),
    );
    const createdAt = await context.step('created', async () => new Date());
    const described = description.describe(request, results, { ...vectors, createdAt });
    const isRanked = request.best && drawn.images.length > 1;
    const { generation, ranked } = isRanked ? bestFirst(described) : { generation: described };
    // Logged before it is shown: a reaction can come the moment the message is there.
    await outbox.add({ kind: 'generation', generation, vectorModel: embedder.model });
    return { generation, made: { notices: drawn.notices, ranked } };
  }

  async function findNeighbours(request: RunRequest, context: RunContext): Promise<Neighbour[]> {
    if (request.refine === 'none' && request.parent) return [];
    context.progress('Searching for similar prompts');
    const neighbours = await timed(context, 'search', async () => {
      const { scope, text, inspiration = [], parent } = request;
      const query = {
        scope,
        limit: neighboursUsed,
        exclude: parent ? [parent.id, parent.root] : [],
        excludePrompt: parent?.prompt,
        signal: context.signal,
      };
      if (inspiration.length === 0) return search.byText(text, query);
      return search.byTextAndImages(text, await readImages(images, inspiration), query);
    });
    await context.found(neighbours);
    return neighbours;
  }

  async function refine(
    request: RunRequest,
    { neighbours, seed, place }: { neighbours: Neighbour[]; seed: number; place: AdultPlace },
    context: RunContext,
  ) {
    const { text, negativePrompt, refine: mode } = request;
    const style = request.style && styleWords(request.style);
    if (mode === 'none') return { refinement: admission.ownWords(request), isAdult: false };
    context.progress('Refining the prompt');
    // What is for adults inspires nothing where that has no place.
    const fitting = neighbours.filter(({ nsfw }) => place.isFor || !nsfw);
    const refined = await timed(context, 'refine', () =>
      refiner.refine(
        { text: withStyle(text, style), negativePrompt, style, mode, neighbours: fitting, seed },
        { signal: context.signal },
      ),
    );
    const settled = await context.step('settle', () => admission.settle(request, cleaned(refined), place, context));
    await context.refined({ ...settled.refinement, original: text });
    return settled;
  }

  function cleaned(refinement: Refinement): Refinement {
    const { prompt, negativePrompt, variants } = refinement;
    return {
      ...refinement,
      prompt: cleanPrompt(prompt),
      negativePrompt: negativePrompt === undefined ? undefined : cleanPrompt(negativePrompt),
      variants: variants.map(cleanPrompt),
    };
  }

  async function draw(request: RunRequest, refinement: Refinement, seed: number, context: RunContext): Promise<Drawn> {
    const label = drawingLabel(request);
    context.progress(label, { fraction: 0 });
    return timed(context, 'generate', () => drawPictures(request, { refinement, seed, label }, context));
  }

  return {
    search,
    generator,
    picturesOf: ({ count, best }) => (best ? count : Math.min(count, generator.limits.maxCount)),
    run,
  };
}

function drawingLabel({ count, best }: RunRequest): string {
  if (best) return `Drawing ${count} pictures to choose the best of`;
  return count === 1 ? 'Drawing a picture' : `Drawing ${count} pictures`;
}

async function timed<Value>(context: RunContext, stage: string, run: () => Promise<Value>): Promise<Value> {
  const began = performance.now();
  const value = await context.step(stage, run);
  context.log.info({ stage, ms: Math.round(performance.now() - began) }, 'stage done');
  return value;
}
