import { isAbort } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { State } from '../state.ts';
import type { PromptStore } from '../store/store.ts';
import { type DemoParts, type DemoProgress, importDemoCorpus } from './import-demo.ts';

export interface Demo {
  /** Resolves once enough is there for a first search; the rest follows in the background. */
  begin(): Promise<void>;
  /** What people should know while it is not complete. */
  notice(): string | undefined;
  /** Stops; the next start goes on where this one was. */
  stop(): Promise<void>;
}

type Model = Pick<DemoParts, 'embedder'> & { store: PromptStore };

interface DemoOptions extends Omit<DemoParts, 'embedder' | 'store' | 'signal' | 'onProgress'> {
  /** Does the work with the database's model; again when that gives way to another meanwhile. */
  within<Value>(work: (model: Model) => Promise<Value>): Promise<Value>;
  state: State;
  log: Logger;
  /** Stops it as well, while `begin` still runs. */
  signal: AbortSignal;
  /** The corpus has grown. */
  onGrowth(): Promise<void>;
}

/** Fills a new, empty database with the demo corpus, over as many starts as that takes. A corpus of the operator's own stays alone. */
export function createDemo({ within, state, onGrowth, signal, ...parts }: DemoOptions): Demo {
  const { log } = parts;
  const status = state.table<'begun' | 'done'>('demo');
  const stopping = new AbortController();
  const stopped = AbortSignal.any([stopping.signal, signal]);
  let progress: DemoProgress | undefined;
  let running: Promise<void> | undefined;

  async function begin() {
    if (!(await isWanted())) return;
    await status.put('status', 'begun');
    await new Promise<void>((ready) => {
      running = fill(ready).finally(ready);
    });
  }

  async function isWanted(): Promise<boolean> {
    const known = status.get('status');
    return known === 'begun' || (known === undefined && (await within(({ store }) => store.counts())).prompts === 0);
  }

  async function fill(ready: () => void) {
    try {
      const onProgress = async (latest: DemoProgress) => {
        progress = latest;
        await onGrowth();
        ready();
      };
      await within((model) => importDemoCorpus({ ...parts, ...model, signal: stopped, onProgress }));
      await status.put('status', 'done');
      log.info('The demo corpus is complete');
    } catch (error) {
      if (!isAbort(error))
        log.error({ err: error }, 'The demo corpus could not be completed; the next start tries again');
    }
    progress = undefined;
  }

  return {
    begin,
    notice: () => progress && `The demo corpus is still being drawn: ${progress.done} of ${progress.total}.`,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
