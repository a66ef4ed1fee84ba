/** What goes wrong with a call, in the order in which a test asks for it. */
export type Fault =
  /** Slack's own errors come as 200 with `ok: false`: https://docs.slack.dev/apis/web-api/#responses */
  | { error: string; errors?: readonly string[] }
  /** A 429 with Retry-After in seconds: https://docs.slack.dev/apis/web-api/rate-limits */
  | { retryAfter: number }
  | { status: number }
  /** The connection breaks before the call is done, or after it but before the answer. */
  | { hangUp: 'before' | 'after' }
  /** The call is done at once, and answered only when this resolves. */
  | { heldUntil: Promise<void> };

export interface Faults {
  /** The next calls of a method (or of every method: `*`) fail so; `upload` is the POST of the bytes. */
  next(method: string, ...faults: Fault[]): void;
  take(method: string): Fault | undefined;
}

export function createFaults(): Faults {
  const planned = new Map<string, Fault[]>();
  return {
    next(method, ...faults) {
      planned.set(method, [...(planned.get(method) ?? []), ...faults]);
    },
    take: (method) => planned.get(method)?.shift() ?? planned.get('*')?.shift(),
  };
}
