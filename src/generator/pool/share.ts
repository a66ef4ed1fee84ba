import type { Member } from './member.ts';

/**
 * Whose turn it is: the member with the least load for its weight; among equally loaded ones (all idle) the one that
 * has had least of its share. Start-time fair queuing: one that was away gets no more than its share afterwards.
 */
export function createShares(members: readonly Member[]) {
  const finish = new Map(members.map((member) => [member, 0]));
  let now = 0;

  // Those without weight are alike.
  const weightOf = ({ weight }: Member) => weight || 1;
  const load = (member: Member) => member.running() / weightOf(member);
  const start = (member: Member) => Math.max(finish.get(member) ?? 0, now);

  return {
    /** The next of these, or undefined for none. */
    next(candidates: readonly Member[]): Member | undefined {
      return [...candidates].sort((one, other) => load(one) - load(other) || start(one) - start(other))[0];
    },
    /** Counts one request for it. */
    take(member: Member) {
      now = start(member);
      finish.set(member, now + 1 / weightOf(member));
    },
  };
}
