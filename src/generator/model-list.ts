import type { CallOptions } from '../embedder/embedder.ts';
import { orAborted } from '../or-aborted.ts';
import { type GeneratorFault, operatorsFault } from './fault.ts';
import type { ImageGenerator } from './generator.ts';

/** A backend's models, asked for once in a while. */
export interface ModelList {
  /** What is known without waiting: the last answer, however old; undefined before the first. */
  known(): readonly string[] | undefined;
  /** At most a minute old. Throws GeneratorFault when the backend does not answer in time, or did not just before; an abort as it is. */
  fresh(options?: CallOptions): Promise<readonly string[]>;
  /** Asks now. Throws as `fresh`. */
  ask(options?: CallOptions): Promise<readonly string[]>;
}

const freshMs = 60_000;
/** A server that hangs costs everybody the whole time allowed, so that it is not asked again at once. */
const failedMs = 10_000;

/** Remembers what `generator.models()` says; questions at the same time are one request, which an abort of one of them does not end. */
export function rememberModels(generator: Pick<ImageGenerator, 'models'>, options: { timeoutMs: number }): ModelList {
  let known: { models: readonly string[]; at: number } | undefined;
  let failed: { error: unknown; at: number } | undefined;
  let asking: Promise<readonly string[]> | undefined;

  function ask({ signal }: CallOptions = {}) {
    asking ??= request().finally(() => {
      asking = undefined;
    });
    return signal ? orAborted(asking, signal) : asking;
  }

  async function request() {
    const signal = AbortSignal.timeout(options.timeoutMs);
    try {
      const models = await orAborted(generator.models({ signal }), signal);
      known = { models, at: performance.now() };
      failed = undefined;
      return models;
    } catch (cause) {
      const error = signal.aborted ? noAnswer(cause) : cause;
      failed = { error, at: performance.now() };
      throw error;
    }
  }

  async function fresh(given?: CallOptions) {
    if (known && performance.now() - known.at < freshMs) return known.models;
    if (failed && performance.now() - failed.at < failedMs) throw failed.error;
    return ask(given);
  }

  return { known: () => known?.models, fresh, ask };
}

function noAnswer(cause: unknown): GeneratorFault {
  return operatorsFault('The image backend does not answer', 'See whether it runs.', { cause, madeNothing: true });
}
