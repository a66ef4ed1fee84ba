import { type TakenWork, takes } from '../handover/server.ts';
import { finishIndexAlone } from './exclusive.ts';
import { type ImportParts, importWork, runImport } from './job.ts';

// Small, since people's requests wait while a block is encoded.
export const blockRows = 1_024;

interface BotImportParts extends Omit<ImportParts, 'store' | 'embedder' | 'signal' | 'onEvent'> {
  /** Does the work with the database's model; again, which goes on where it was, when that gives way to another meanwhile. */
  within(work: (model: Pick<ImportParts, 'store' | 'embedder'>) => Promise<void>): Promise<void>;
  /** The corpus has grown. */
  onGrowth(): Promise<void>;
}

/** Imports by the running bot, which also builds the index that one that was stopped has left out; searches scan until that is done. */
export interface BotImports {
  work: TakenWork;
  finishIndex(): void;
  stop(): void;
}

export function createBotImports(parts: BotImportParts): BotImports {
  const { within, onGrowth, log } = parts;
  const stopping = new AbortController();

  function finishIndex(): void {
    if (stopping.signal.aborted) return;
    within(({ store }) => finishIndexAlone(store, parts, { signal: stopping.signal })).catch((error) => {
      if (!stopping.signal.aborted)
        log.error({ err: error }, 'the index of the prompts could not be built; the next start tries again');
    });
  }

  return {
    work: takes(importWork, async (request, options) => {
      try {
        await within((model) => runImport(request, { ...parts, ...model, blockRows, ...options }));
      } finally {
        finishIndex();
        await onGrowth().catch((error: unknown) =>
          log.warn({ err: error }, 'the corpus that grew could not be looked at'),
        );
      }
    }),
    finishIndex,
    stop: () => stopping.abort(),
  };
}
