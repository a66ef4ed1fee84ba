import { randomInt } from 'node:crypto';
import { createAdmission, withStyle } from './admission.ts';
import type { Aspect } from './aspect.ts';
import type { RefinementView } from './chat.ts';
import { createDrawing, type Drawn } from './drawing.ts';
import type { Embedder } from './embedder/embedder.ts';
import { BotError } from './errors.ts';
import type { GenerationProgress, ImageGenerator } from './generator/generator.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { Logger } from './log.ts';
import type { AdultPlace } from './moderation/adult-policy.ts';
import type { Gate } from './moderation/gate.ts';
import { moderateSearch } from './moderation/moderated-search.ts';
import type { Outbox } from './outbox.ts';
import { rankGeneration } from './ranking.ts';
import type { Refinement, Refiner } from './refiner/refiner.ts';
import type { Neighbour, Search } from './search.ts';
import type { Calibration } from './similarity.ts';
import type { Generation, GenerationImage, StoredGeneration } from './store/store.ts';
import { styleWords } from './styles.ts';

export interface RunRequest {
  id: string;
  scope: string;
  user: string;
  /** What the person typed; for derived runs what the first of the chain was asked. */
  asked: string;
  /** The text that this run starts from. */
  text: string;
  negativePrompt?: string | undefined;
  /** The name of a style of src/styles.ts. */
  style?: string | undefined;
  count: number;
  size: Aspect | { width: number; height: number };
  seed?: number | undefined;
  /** `none` sends the text as it is. */
  refine: 'refine' | 'restyle' | 'none';
  parent?: StoredGeneration | undefined;
  /** Image keys to search by, besides the text. */
  inspiration?: readonly string[] | undefined;
  /** The image key to start from (img2img), where the generator can. */
  source?: string | undefined;
  /** One of the generator's models; its own choice unless told. */
  model?: string | undefined;
  /** Ranks the pictures by how well they fit the prompt; makes as many as asked for, however many calls that takes. */
  best?: boolean | undefined;
}

/** What is told with the pictures. */
export interface Made {
  /** What the asker should know of how it was made. */
  notices: readonly string[];
  /** Present when the pictures are ranked, best first; their `fits` (0 to 1) where these can be measured. */
  ranked?: { fits: readonly number[] | undefined } | undefined;
}

/** How a run uses its job: recorded steps, progress, and what is shown on the way. */
export interface RunContext {
  signal: AbortSignal;
  log: Logger;
  step<Value>(name: string, run: () => Promise<Value>): Promise<Value>;
  progress(label: string, details?: StageProgress): void;
  found(neighbours: readonly Neighbour[]): Promise<void>;
  refined(refinement: RefinementView): Promise<void>;
  /** Whether adult content may be shown where the run was asked for. */
  adultPlace(): Promise<AdultPlace>;
  generated(generation: Generation, made: Made): Promise<void>;
}

/** How far the stage under way is. */
export type StageProgress = Partial<GenerationProgress>;

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
  /** The flow: admit, search, refine, generate, rank, log. Every stage is a recorded step, so that a run goes on where a crash stopped it. */
  run(request: RunRequest, context: RunContext): Promise<void>;
}

const neighboursUsed = 5;
const largestSeed = 0xffff_ffff;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { embedder, refiner, generator, images, outbox, gate, calibration, cleanPrompt } = parts;
  const search = moderateSearch(parts.search, gate);
  const admission = createAdmission({ gate, images, cleanPrompt });
  const bestFirst = (generation: Generation) => rankGeneration(generation, calibration(), embedder.model);
  const drawPictures = createDrawing({ generator, images, gate });

  async function run(request: RunRequest, context: RunContext) {
    const seed = await context.step('seed', async () => request.seed ?? randomInt(largestSeed));
    const place = await context.step('place', context.adultPlace);
    const isAdult = await timed(context, 'admit', () => admission.admit(request, place, context));
    const neighbours = await findNeighbours(request, context);
    const { refinement, ...rewrite } = await refine(request, { neighbours, seed, place }, context);
    const drawn = await draw(request, refinement, seed, context);
    const nsfw = isAdult || rewrite.isAdult || drawn.nsfw;
    const results = { seed, neighbours, refinement, drawn: { ...drawn, nsfw } };
    const described = await describe(request, results, context);
    const { generation, ranked } = request.best ? bestFirst(described) : { generation: described };
    // Logged before it is shown: a reaction can come the moment the message is there.
    await outbox.add({ kind: 'generation', generation });
    await context.generated(generation, { notices: drawn.notices, ranked });
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

  async function describe(request: RunRequest, results: RunResults, context: RunContext): Promise<Generation> {
    const { seed, neighbours, refinement, drawn } = results;
    const pictures = drawn.images;
    if (request.best) context.progress('Ranking the pictures');
    // A job that goes on after the database was moved to another model is embedded by that.
    const [promptVector, imageVectors] = await timed(context, `embed by ${embedder.model}`, () =>
      embedBoth(refinement.prompt, pictures, context.signal),
    );
    const createdAt = await context.step('created', async () => new Date());
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
      width: pictures[0]?.width ?? 0,
      height: pictures[0]?.height ?? 0,
      images: pictures,
      source: generator.limits.hasSource ? request.source : undefined,
      nsfw: drawn.nsfw,
      promptVector,
      imageVectors,
      createdAt,
    };
  }

  async function embedBoth(prompt: string, pictures: readonly GenerationImage[], signal: AbortSignal) {
    const bytes = await readImages(
      images,
      pictures.map(({ key }) => key),
    );
    const [[promptVector], imageVectors] = await Promise.all([
      embedder.embedTexts([prompt], { signal }),
      embedder.embedImages(bytes, { signal }),
    ]);
    if (!promptVector) throw new BotError('internal', 'The prompt could not be embedded. Try again.');
    return [promptVector, imageVectors] as const;
  }

  return { search, generator, run };
}

function drawingLabel({ count, best }: RunRequest): string {
  if (best) return `Drawing ${count} pictures to choose the best of`;
  return count === 1 ? 'Drawing a picture' : `Drawing ${count} pictures`;
}

interface RunResults {
  seed: number;
  neighbours: readonly Neighbour[];
  refinement: Refinement;
  drawn: Drawn;
}

async function timed<Value>(context: RunContext, stage: string, run: () => Promise<Value>): Promise<Value> {
  const began = performance.now();
  const value = await context.step(stage, run);
  context.log.info({ stage, ms: Math.round(performance.now() - began) }, 'stage done');
  return value;
}
