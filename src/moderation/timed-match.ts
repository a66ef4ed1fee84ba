import { isNativeError } from 'node:util/types';
import { createContext, Script } from 'node:vm';

const script = new Script('run()');
const context = createContext({ run: () => undefined });

/**
 * Runs synchronous work for at most so many milliseconds: V8 stops it even inside a regular expression that backtracks
 * without end, which nothing else in the same thread can. Returns undefined when it was stopped.
 */
export function withinTime<Value>(milliseconds: number, work: () => Value): { value: Value } | undefined {
  let done: { value: Value } | undefined;
  context['run'] = () => {
    done = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: milliseconds });
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  return done;
}

/** The error may be one of the context's own realm, so that `instanceof` says nothing. */
function isTimeout(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
