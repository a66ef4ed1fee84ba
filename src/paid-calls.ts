import { GeneratorFault } from './generator/fault.ts';
import type { RunContext } from './run.ts';

/** A stop or a crash in the middle of a paid call loses what it made: a person's picture is worth one more, and no third. */
const marks = ['sent', 'sent again'];

/**
 * What a run does before it asks a backend that costs money (`GenerateOptions.beforePaying`): that is recorded before the call,
 * for its result is recorded only after it. Throws GeneratorFault when two runs of the job were stopped during such calls.
 */
export function recordPaidCalls(what: string, { step }: Pick<RunContext, 'step'>): () => Promise<void> {
  // One call of the generator may ask several backends, of which at most one charges.
  let marked: Promise<void> | undefined;
  return () => {
    marked ??= mark();
    return marked;
  };

  async function mark() {
    for (const name of marks) if (await isNew(`${name}: ${what}`)) return;
    throw new GeneratorFault(
      'The bot was stopped twice while this was drawn by a service that costs money, so it is not paid for a third time. Ask again if you still want it.',
      { isOfRequest: true },
    );
  }

  async function isNew(name: string): Promise<boolean> {
    let isFirst = false;
    await step(name, async () => {
      isFirst = true;
      return true;
    });
    return isFirst;
  }
}
