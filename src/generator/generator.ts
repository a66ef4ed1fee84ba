import type { CallOptions } from '../embedder/embedder.ts';

export interface Size {
  /** Pixels. */
  width: number;
  height: number;
}

export interface GeneratorLimits {
  maxCount: number;
  /** Pixels of the longer and the shorter side. */
  maxSide: number;
  minSide: number;
  /** Both sides are multiples of this. */
  sideMultiple: number;
  /** The only sizes there are, where a service offers a fixed list. */
  sizes?: readonly Size[] | undefined;
  /** Pixels of the square that the model likes best; other aspects get about this area. 768 x 768 unless told. */
  usualPixels?: number | undefined;
  /** The same seed and request give the same picture. */
  hasSeed: boolean;
  /** Without it, whoever calls need not care: the backend folds what is unwanted into the text. */
  hasNegativePrompt: boolean;
  /** Can start from a picture (img2img). */
  hasSource: boolean;
  /** The models that can, where not all: another one ignores the picture, with a notice. */
  sourceModels?: readonly string[] | undefined;
}

export interface ImageRequest {
  prompt: string;
  negativePrompt?: string | undefined;
  count: number;
  /** Unsigned 32 bits; picture i of a run has seed + i. */
  seed: number;
  width: number;
  height: number;
  /** The picture to start from (img2img), where `limits.hasSource`. */
  source?: SourcePicture | undefined;
  /** One of `models()`; the backend's own choice unless told. */
  model?: string | undefined;
}

export interface SourcePicture {
  bytes: Uint8Array;
  /** How far to leave the picture, 0 (keep) to 1 (ignore): A1111's denoising strength. */
  strength: number;
}

/** How a model was made to sample, as far as it is known: A1111's Steps, CFG scale and Sampler. */
export interface Sampling {
  steps?: number | undefined;
  /** Classifier-free guidance. */
  guidance?: number | undefined;
  sampler?: string | undefined;
}

export interface GeneratedImage {
  bytes: Uint8Array;
  mediaType: 'image/png' | 'image/webp' | 'image/jpeg';
  width: number;
  height: number;
  seed: number;
  /** What the backend was told, or tells itself; what its own picture says is not repeated here. */
  sampling?: Sampling | undefined;
}

export interface GenerationProgress {
  /** 0 to 1, never falling. */
  fraction: number;
  step?: number | undefined;
  steps?: number | undefined;
  /** Seconds, as the backend itself estimates. */
  etaSeconds?: number | undefined;
  /** A small JPEG, PNG or WebP of how it looks so far. */
  preview?: Uint8Array | undefined;
}

/** What a run made, and what made it: with several backends that is known only afterwards. */
export interface GenerationResult {
  images: GeneratedImage[];
  generator: string;
  model: string;
  /** What the asker should know, in plain sentences: "Made smaller: the server ran out of memory." */
  notices: readonly string[];
}

export interface GenerateOptions extends CallOptions {
  onProgress?: ((progress: GenerationProgress) => void) | undefined;
  /** Awaited before a backend that costs money is asked, which a GeneratorFault of it keeps from being asked. */
  beforePaying?: (() => Promise<void>) | undefined;
}

export interface ImageGenerator {
  readonly name: string;
  /** The model that is used unless the request names one. */
  readonly model: string;
  readonly limits: GeneratorLimits;
  /** The models a request may name, best known first; throws BotError `generator_failed` when the backend can't be asked. */
  models(options?: CallOptions): Promise<string[]>;
  /**
   * Throws BotErrors: GeneratorFault, `generator_failed` (out of limits, unreachable, wrong login, out of memory, timeout, bad answer),
   * `refused` (moderation; never retried), `invalid_input` (unknown model: names those there are).
   * No error and none of its causes holds words of the prompt. Whenever nobody waits for a job any more (aborted, late, broken off),
   * it is stopped on the server too, where that can stop it alone.
   */
  generate(request: ImageRequest, options?: GenerateOptions): Promise<GenerationResult>;
}
