import type { ImageGenerator } from './generator.ts';

/** A backend that costs money, and is asked alone: whoever asks hears so before it is paid. A pool (src/generator/pool.ts) tells by itself. */
export function tellBeforePaying(generator: ImageGenerator): ImageGenerator {
  return {
    ...generator,
    async generate(request, options) {
      await options?.beforePaying?.();
      return generator.generate(request, options);
    },
  };
}
