import type { CallOptions } from '../embedder/embedder.ts';
import type { Change } from '../store/store.ts';

/** A similar proven prompt, as the refiner sees it: data, never instructions. */
export interface RefinerNeighbour {
  id: string;
  prompt: string;
  /** Calibrated, 0 to 1. */
  similarity: number;
  likes: number;
  dislikes: number;
}

export interface RefineRequest {
  text: string;
  negativePrompt?: string | undefined;
  /** A style the person chose by name; the refinement must keep it. */
  style?: string | undefined;
  /** `refine` adds what proven prompts have and this one lacks; `restyle` replaces its style and keeps its subject. */
  mode: 'refine' | 'restyle';
  /** Nearest first. */
  neighbours: readonly RefinerNeighbour[];
  /** Picks among equally good changes, so that asking twice can give two answers and a test one. */
  seed: number;
}

export interface Refinement {
  prompt: string;
  negativePrompt?: string | undefined;
  changes: readonly Change[];
  /** Other phrasings worth trying; may be empty. */
  variants: readonly string[];
  /** Names who refined: `neighbours`, or `openai:<model>`. */
  refiner: string;
  /** Shown with the result when something went other than asked, such as a fallback. */
  notice?: string | undefined;
}

export interface Refiner {
  readonly name: string;
  refine(request: RefineRequest, options?: CallOptions): Promise<Refinement>;
}
