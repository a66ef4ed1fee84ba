import type { Aspect } from './aspect.ts';
import type { RefinementView } from './chat.ts';
import type { GenerationProgress } from './generator/generator.ts';
import type { Logger } from './log.ts';
import type { AdultPlace } from './moderation/adult-policy.ts';
import type { Neighbour } from './search.ts';
import type { StoredGeneration } from './store/store.ts';

/** What a run of the flow (src/pipeline.ts) is asked for. */
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
}

/** How far the stage under way is. */
export type StageProgress = Partial<GenerationProgress>;
