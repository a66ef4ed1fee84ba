import { randomInt } from 'node:crypto';
import type { Aspect } from './aspect.ts';
import type { RefinementView } from './chat.ts';
import type { Embedder } from './embedder/embedder.ts';
import { BotError } from './errors.ts';
import type { GenerationProgress, GenerationResult, ImageGenerator, SourcePicture } from './generator/generator.ts';
import { withinLimits } from './generator/within-limits.ts';
import { encodeResult } from './images/encode.ts';
import { type ImageFiles, readImages } from './images/image-files.ts';
import type { Logger } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { Refinement, Refiner } from './refiner/refiner.ts';
import type { Neighbour, Search } from './search.ts';
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
}

/** How a run uses its job: recorded steps, progress, and what is shown on the way. */
export interface RunContext {
  signal: AbortSignal;
  log: Logger;
  step<Value>(name: string, run: () => Promise<Value>): Promise<Value>;
  progress(label: string, details?: StageProgress): void;
  found(neighbours: readonly Neighbour[]): Promise<void>;
  refined(refinement: RefinementView): Promise<void>;
  /** `notices`: what the asker should know of how it was made. */
  generated(generation: Generation, notices: readonly string[]): Promise<void>;
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
  /** What no image server may see is removed (src/generator/clean-prompt.ts): from people's words and a model's rewrite alike. */
  cleanPrompt: (prompt: string) => string;
}

export interface Pipeline {
  readonly search: Search;
  /** What draws the pictures: its limits and models. */
  readonly generator: Pick<ImageGenerator, 'limits' | 'models'>;
  /** The flow: embed, search, refine, generate, log. Every stage is a recorded step, so that a run goes on where a crash stopped it. */
  run(request: RunRequest, context: RunContext): Promise<void>;
}

const neighboursUsed = 5;
// Keeps the composition and changes the look, as A1111's img2img does by default.
const sourceStrength = 0.75;
const largestSeed = 0xffff_ffff;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { embedder, search, refiner, generator, images, outbox, cleanPrompt } = parts;

  async function run(request: RunRequest, context: RunContext) {
    const seed = await context.step('seed', async () => request.seed ?? randomInt(largestSeed));
    const neighbours = await findNeighbours(request, context);
    const refinement = await refine(request, neighbours, seed, context);
    const drawn = await draw(request, refinement, seed, context);
    const generation = await describe(request, { seed, neighbours, refinement, drawn }, context);
    // Logged before it is shown: a reaction can come the moment the message is there.
    await outbox.add({ kind: 'generation', generation });
    await context.generated(generation, drawn.notices);
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
    neighbours: Neighbour[],
    seed: number,
    context: RunContext,
  ): Promise<Refinement> {
    const { text, negativePrompt, refine: mode } = request;
    const style = request.style && styleWords(request.style);
    if (mode === 'none')
      return cleaned({ prompt: withStyle(text, style), negativePrompt, changes: [], variants: [], refiner: 'none' });
    context.progress('Refining the prompt');
    const refined = await timed(context, 'refine', () =>
      refiner.refine(
        { text: withStyle(text, style), negativePrompt, style, mode, neighbours, seed },
        { signal: context.signal },
      ),
    );
    const refinement = cleaned(refined);
    await context.refined({ ...refinement, original: text });
    return refinement;
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
    const { count, size, notices } = withinLimits(request, generator.limits);
    const label = count === 1 ? 'Drawing a picture' : `Drawing ${count} pictures`;
    context.progress(label, { fraction: 0 });
    return timed(context, 'generate', async () => {
      const { prompt, negativePrompt } = refinement;
      const [source, model] = await Promise.all([sourceOf(request), modelOf(request)]);
      const made = await generator.generate(
        { prompt, negativePrompt, count, seed, ...size, source, model },
        { signal: context.signal, onProgress: (progress) => context.progress(label, progress) },
      );
      return {
        ...made,
        nsfw: made.images.some(({ nsfw }) => nsfw),
        images: await keep(made, request, refinement),
        notices: [...notices, ...made.notices],
      };
    });
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
      made.images.map(async ({ bytes, seed }) => {
        const { bytes: encoded, ...picture } = await encodeResult(bytes, { ...described, seed });
        return { key: await images.put(encoded), ...picture, seed };
      }),
    );
  }

  async function describe(request: RunRequest, results: RunResults, context: RunContext): Promise<Generation> {
    const { seed, neighbours, refinement, drawn } = results;
    const pictures = drawn.images;
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

interface RunResults {
  seed: number;
  neighbours: readonly Neighbour[];
  refinement: Refinement;
  drawn: Drawn;
}

/** What is recorded of a generator's run; the bytes are in the image files. */
interface Drawn extends Omit<GenerationResult, 'images'> {
  images: GenerationImage[];
  nsfw: boolean;
}

function withStyle(text: string, words: string | undefined): string {
  return words && !text.toLowerCase().includes(words.toLowerCase()) ? `${text}, ${words}` : text;
}

async function timed<Value>(context: RunContext, stage: string, run: () => Promise<Value>): Promise<Value> {
  const began = performance.now();
  const value = await context.step(stage, run);
  context.log.info({ stage, ms: Math.round(performance.now() - began) }, 'stage done');
  return value;
}
