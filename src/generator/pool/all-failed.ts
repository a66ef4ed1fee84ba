import { operatorsWords, seeLog } from '../../errors.ts';
import { GeneratorFault, inShort } from '../fault.ts';
import type { Member } from './member.ts';

/** True when a backend that costs money may have charged for what failed. */
export function mayHaveCharged({ isPaid }: Pick<Member, 'isPaid'>, fault: GeneratorFault | undefined): boolean {
  return isPaid && fault !== undefined && !fault.madeNothing;
}

/**
 * Why none of these made it, each with its reason. One that was left out counts with the fault that it was left out for;
 * those that were `spared` after another may have charged are named too.
 */
export function allFailed(
  able: readonly Member[],
  failures: ReadonlyMap<Member, GeneratorFault>,
  spared: ReadonlySet<Member>,
): GeneratorFault {
  const all = able.flatMap((member) => {
    const fault = spared.has(member) ? undefined : (failures.get(member) ?? member.lastFault());
    return fault ? [{ name: member.name, fault }] : [];
  });
  const [only] = all;
  if (only && all.length === 1 && spared.size === 0) return only.fault;
  const told = (words: (fault: GeneratorFault) => string) => all.map(({ name, fault }) => `${name}: ${words(fault)}`);
  const notAsked = spared.size > 0 ? [sparedNotice([...spared])] : [];
  const isForOperator = all.some(({ fault }) => inShort(fault) !== fault.message);
  const why = isForOperator ? [`${seeLog.charAt(0).toUpperCase()}${seeLog.slice(1)}.`] : [];
  return new GeneratorFault([noOne, ...told(inShort), ...notAsked, ...why].join('\n'), {
    cause: new AggregateError(all.map(({ fault }) => fault)),
    forOperator: [noOne, ...told(operatorsWords), ...notAsked].join('\n'),
    madeNothing: all.every(({ fault }) => fault.madeNothing),
  });
}

const noOne = 'No image backend could make this.';

function sparedNotice(spared: readonly Member[]): string {
  const names = spared.map(({ name }) => name).join(', ');
  return `${names}: not asked, since this may have been charged for already. Try again.`;
}
