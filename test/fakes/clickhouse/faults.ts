import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What can go wrong: the connection breaks before the engine saw the request, or after it did it all; a proxy answers in its place;
 * the answer does not come, or ends in an exception after a part of it.
 */
export type FaultKind = 'reset before' | 'reset after' | 'bad gateway' | 'silence' | 'exception in the middle';

interface Fault {
  kind: FaultKind;
  on: RegExp;
  times: number;
}

export interface Faults {
  /** The next `times` requests whose query matches have this fault. */
  add(kind: FaultKind, on: RegExp, times?: number): void;
  /** How many requests had a fault. */
  count(): number;
  take(query: string): FaultKind | undefined;
}

export function createFaults(): Faults {
  const waiting: Fault[] = [];
  let count = 0;
  return {
    add: (kind, on, times = 1) => waiting.push({ kind, on, times }),
    count: () => count,
    take(query) {
      const fault = waiting.find(({ on, times }) => times > 0 && on.test(query));
      if (!fault) return undefined;
      fault.times--;
      count++;
      return fault.kind;
    },
  };
}

/** True when the fault happens at this time, and with it the end of the request. */
export async function givesUp(
  kind: FaultKind,
  time: 'before' | 'after',
  message: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (kind === `reset ${time}`) {
    message.socket.resetAndDestroy();
    return true;
  }
  if (time === 'after') return false;
  if (kind === 'bad gateway') {
    response.writeHead(503, { 'Content-Type': 'text/html' }).end('<html>503 Service Unavailable</html>');
    return true;
  }
  if (kind !== 'silence') return false;
  await once(message.socket, 'close');
  return true;
}
