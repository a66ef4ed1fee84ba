import { isAbort } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { PromptStore } from '../store/store.ts';

/** Loads the search indexes while the program is already serving. Resolves when that is done, was stopped or failed: searches then load them. */
export async function warmInBackground(
  store: Pick<PromptStore, 'warm'>,
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<void> {
  const began = performance.now();
  try {
    await store.warm({ signal });
    log.info({ ms: Math.round(performance.now() - began) }, 'search indexes loaded');
  } catch (error) {
    if (!isAbort(error))
      log.warn({ err: error }, 'the search indexes could not be loaded ahead; the first search loads them');
  }
}
