import { BotError } from '../errors.ts';

/** Jobs that may wait in one lane. */
export interface Bounds {
  total: number;
  perOwner: number;
  /** Of one server or workspace. */
  perScope: number;
}

export type Bound = keyof Bounds;

interface Counted {
  owner: string;
  scope: string;
}

/** The bound that one more job would break, the asker's own first. */
export function brokenBound(waiting: readonly Counted[], job: Counted, bounds: Bounds): Bound | undefined {
  const ofOwner = waiting.filter(({ owner }) => owner === job.owner).length;
  if (ofOwner >= bounds.perOwner) return 'perOwner';
  if (waiting.filter(({ scope }) => scope === job.scope).length >= bounds.perScope) return 'perScope';
  return waiting.length >= bounds.total ? 'total' : undefined;
}

export function queueFull(bound: Bound, bounds: Bounds): BotError {
  const count = bounds[bound];
  const waiting = {
    perOwner: `${count === 1 ? 'One of your requests is' : `${count} of your requests are`} waiting already. Wait until one is done, or cancel one.`,
    perScope: `${count} requests from here are waiting already. Try again in a few minutes.`,
    total: `${count} requests are waiting already. Try again in a few minutes.`,
  };
  return new BotError(bound === 'perOwner' ? 'too_many_requests' : 'queue_full', waiting[bound]);
}
