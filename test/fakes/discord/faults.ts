/** Trouble that a test asks for. */
export interface Fault {
  method: string;
  /** Matched against the path below `/api/v10`. */
  path: RegExp;
  /** Matched against the JSON that was sent; anything unless told. */
  body?: RegExp;
  /** How many fitting requests pass before it happens; none unless told. */
  skip?: number;
  /** How often it happens; once unless told. */
  times?: number;
  /** 429 sends `retryAfter`; anything else is a bare error of that status; `drop` closes the socket without an answer; `hang` never answers. */
  answer: number | 'drop' | 'hang';
  /** Seconds, for a 429. */
  retryAfter?: number;
  global?: boolean;
  /** The request takes effect and only its answer is lost: what makes a careless retry post twice. */
  afterEffect?: boolean;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** Counts one use of the first fault that fits. */
  take(method: string, path: string, when: 'before' | 'after', body: unknown): Fault | undefined;
}

export function createFaults(): Faults {
  let active: (Fault & { left: number; passing: number })[] = [];
  return {
    add(fault) {
      active.push({ ...fault, left: fault.times ?? 1, passing: fault.skip ?? 0 });
    },
    clear() {
      active = [];
    },
    take(method, path, when, body) {
      const fault = active.find(
        (candidate) =>
          candidate.left > 0 &&
          candidate.method === method &&
          candidate.path.test(path) &&
          (candidate.body?.test(JSON.stringify(body) ?? '') ?? true) &&
          (when === 'after') === (candidate.afterEffect ?? false),
      );
      if (!fault) return undefined;
      if (fault.passing > 0) {
        fault.passing -= 1;
        return undefined;
      }
      fault.left -= 1;
      return fault;
    },
  };
}
