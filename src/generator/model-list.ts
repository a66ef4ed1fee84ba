import { operatorsFault } from './fault.ts';
import type { ImageGenerator } from './generator.ts';

/** A backend's models, asked for once in a while. */
export interface ModelList {
  /** What is known without waiting: the last answer, however old; undefined before the first. */
  known(): readonly string[] | undefined;
  /** At most a minute old. Throws GeneratorFault when the backend does not answer in time. */
  fresh(): Promise<readonly string[]>;
  /** Asks now. Throws as `fresh`. */
  ask(): Promise<readonly string[]>;
}

const freshMs = 60_000;

/** Remembers what `generator.models()` says; questions at the same time are one request. */
export function rememberModels(generator: Pick<ImageGenerator, 'models'>, options: { timeoutMs: number }): ModelList {
  let known: { models: readonly string[]; at: number } | undefined;
  let asking: Promise<readonly string[]> | undefined;

  function ask() {
    asking ??= request().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  async function request() {
    const signal = AbortSignal.timeout(options.timeoutMs);
    const models = await generator.models({ signal }).catch((cause: unknown) => {
      if (!signal.aborted) throw cause;
      throw operatorsFault('The image backend does not answer', 'See whether it runs.', { cause, madeNothing: true });
    });
    known = { models, at: performance.now() };
    return models;
  }

  return {
    known: () => known?.models,
    fresh: async () => (known && performance.now() - known.at < freshMs ? known.models : ask()),
    ask,
  };
}
