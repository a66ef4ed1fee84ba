import type { GeneratorLimits, Sampling } from './generator.ts';
import { usualPixelsOf } from './model-family.ts';

/** What an operator sets of a server with a Stable Diffusion model; undefined leaves it to the server. */
export interface StableDiffusionSettings extends Sampling {
  /** Such as `http://user:password@localhost:7860`. */
  url: string;
  name?: string | undefined;
  model?: string | undefined;
  /** Pixels of the square that the model likes best; told by the model's name unless given. */
  usualPixels?: number | undefined;
}

/** What the operator reads as the remedy. */
export const placesToMend = {
  url: 'the address in IMAGE_BACKENDS',
  login: 'the user and password in IMAGE_BACKENDS',
};

export function stableDiffusionLimits(
  { model, usualPixels }: StableDiffusionSettings,
  { sideMultiple }: { sideMultiple: number },
): GeneratorLimits {
  return {
    maxCount: 4,
    minSide: 256,
    maxSide: 2048,
    sideMultiple,
    usualPixels: usualPixels ?? usualPixelsOf(model),
    hasSeed: true,
    hasNegativePrompt: true,
    hasSource: true,
  };
}
