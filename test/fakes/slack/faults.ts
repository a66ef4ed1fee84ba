import type { Json } from './workspace.ts';

/** What goes wrong with a call, in the order in which a test asks for it. */
export type Fault =
  /** Slack's own errors come as 200 with `ok: false`: https://docs.slack.dev/apis/web-api/#responses */
  | { error: string; errors?: readonly string[] }
  /** A 429 with Retry-After in seconds: https://docs.slack.dev/apis/web-api/rate-limits */
  | { retryAfter: number }
  | { status: number }
  /** The connection breaks before the call is done, or after it but before the answer. */
  | { hangUp: 'before' | 'after' }
  /** The call is done at once, and answered only when this resolves, or faults are released; `when` picks the call by its arguments. */
  | { heldUntil: Promise<void>; when?: (args: Json) => boolean }
  /** The call is on its way until this resolves, and done only then. */
  | { slowUntil: Promise<void> };

export interface Faults {
  /** The next calls of a method (or of every method: `*`) fail so; `upload` is the POST of the bytes. */
  next(method: string, ...faults: Fault[]): void;
  take(method: string, args: Json): Fault | undefined;
  /** Nothing more fails. */
  clear(): void;
  /** Answers what is held. */
  release(): void;
  /** Resolves with the fault, or when faults are released. */
  held(until: Promise<void>): Promise<void>;
}

export function createFaults(): Faults {
  const planned = new Map<string, Fault[]>();
  const holding = new Set<() => void>();
  return {
    next(method, ...faults) {
      planned.set(method, [...(planned.get(method) ?? []), ...faults]);
    },
    take: (method, args) => takeFrom(planned.get(method), args) ?? takeFrom(planned.get('*'), args),
    clear: () => planned.clear(),
    release() {
      for (const answer of holding) answer();
      holding.clear();
    },
    held: (until) => Promise.race([until, new Promise<void>((resolve) => holding.add(resolve))]),
  };
}

function takeFrom(faults: Fault[] | undefined, args: Json): Fault | undefined {
  const index = faults?.findIndex((fault) => !('when' in fault) || fault.when?.(args)) ?? -1;
  return index < 0 ? undefined : faults?.splice(index, 1)[0];
}
