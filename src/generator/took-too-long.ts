import { GeneratorFault } from './fault.ts';

/** The fault of a run that was ended after its time. */
export function tookTooLong(sender: string, timeoutMs: number, cause?: unknown): GeneratorFault {
  const seconds = Math.ceil(timeoutMs / 1000);
  const what = `${sender} took longer than ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
  return new GeneratorFault(`${what} Ask for fewer or smaller pictures, or try again later.`, {
    cause,
    forOperator: `${what} See whether it is stuck, or raise IMAGE_TIMEOUT_S.`,
  });
}
