import type { CallOptions } from '../embedder/embedder.ts';

export interface GeneratorLimits {
  maxCount: number;
  /** Pixels of the longer and the shorter side. */
  maxSide: number;
  minSide: number;
  /** Both sides are multiples of this. */
  sideMultiple: number;
  hasSeed: boolean;
  hasNegativePrompt: boolean;
}

export interface ImageRequest {
  prompt: string;
  negativePrompt?: string | undefined;
  count: number;
  /** Unsigned 32 bits; picture i of a run has seed + i. */
  seed: number;
  width: number;
  height: number;
}

export interface GeneratedImage {
  bytes: Uint8Array;
  mediaType: 'image/png' | 'image/webp' | 'image/jpeg';
  width: number;
  height: number;
  seed: number;
}

export interface GenerationProgress {
  /** 0 to 1. */
  fraction: number;
}

export interface ImageGenerator {
  readonly name: string;
  readonly model: string;
  readonly limits: GeneratorLimits;
  /** Throws BotError `generator_failed` with the remedy. */
  generate(
    request: ImageRequest,
    options?: CallOptions & { onProgress?: ((progress: GenerationProgress) => void) | undefined },
  ): Promise<GeneratedImage[]>;
}
