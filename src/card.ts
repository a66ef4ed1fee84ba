import type { Refinement } from './refiner/refiner.ts';
import type { MatchSource } from './store/store.ts';

/** A control under a message. Its id carries its whole meaning (`again:<generation>`), at most 100 characters, so it works after a restart. */
export interface Action {
  id: string;
  label: string;
  emoji: string;
  /** The control asks for a text first, in a form prefilled with `value` (a modal, the page's composer). */
  form?: { label: string; value: string; maxLength: number } | undefined;
}

/** A similar proven prompt as shown to people. */
export interface NeighbourView {
  id: string;
  prompt: string;
  /** Calibrated per model, 0 to 1; absent where nothing was compared (a history). */
  similarity?: number | undefined;
  /** `picture`: named by the picture that was searched by, whose key is the id. */
  source: MatchSource | 'picture';
  /** How many more prompts say nearly the same, and are left out for it. */
  alike?: number | undefined;
  /** Web address or image key. */
  picture?: string | undefined;
  /** Shown only where the platform allows adult content. */
  nsfw?: boolean | undefined;
}

export interface RefinementView extends Refinement {
  original: string;
}

export interface CardImage {
  /** Key in the image files. */
  key: string;
  alt: string;
  width: number;
  height: number;
  seed: number;
  /** Its place among the card's pictures, 1 the best, where they were ranked; they come in this order. */
  rank?: number | undefined;
  /** How well it fits its prompt, 0 to 1, where that can be measured. */
  fit?: number | undefined;
  /** Shown only where the platform allows adult content. */
  nsfw?: boolean | undefined;
  /** Its colours in a few characters (https://blurha.sh), for a placeholder while it loads. */
  blurhash?: string | undefined;
}

/** One message of the bot, in platform-neutral terms; each adapter renders it in its own idiom. */
export interface Card {
  /** Plain text, no markup: adapters escape it for their platform. */
  text: string;
  tone?: 'notice' | 'error' | undefined;
  /** For the asker's eyes alone, where the platform can (ephemeral answers). */
  personal?: boolean | undefined;
  neighbours?: readonly NeighbourView[] | undefined;
  refinement?: RefinementView | undefined;
  images?: readonly CardImage[] | undefined;
  actions: readonly Action[];
  generationId?: string | undefined;
  parentId?: string | undefined;
}
