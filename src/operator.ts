import { BotError } from './errors.ts';
import type { Logger } from './log.ts';

/** For the commands an operator runs. The first Ctrl-C stops once what is done is stored; a second one at once. */
export function stopOnSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(130);
      console.error('\nStopping (again: at once).');
      stopping.abort();
    });
  }
  return stopping.signal;
}

/** For what goes on when it is asked for again. */
export function reportStop() {
  console.error('Stopped. Run the same command again to go on.');
  process.exitCode = 130;
}

/** An operator reads what is wrong and what to do; the stack is for what nobody foresaw. `name` is what failed: `the import`. */
export function reportFailure(error: unknown, name: string, log: Logger) {
  if (error instanceof BotError) {
    log.debug({ err: error }, `${name} failed`);
    console.error(error.message);
  } else {
    log.fatal({ err: error }, `${name} stopped on an unexpected error`);
  }
  process.exitCode = 1;
}
