import { expect, test } from 'vitest';
import { fairOrder } from '../../src/queue/fair-order.ts';
import { greediestFirst, jain, meanWaits } from './fairness.ts';

test('1,000 jobs of 50 people, the greediest there first, wait about equally long', () => {
  const arrivals = greediestFirst();
  expect(arrivals).toHaveLength(1000);
  let waiting = arrivals.map((owner, index) => ({ owner, sequence: index + 1, begun: false }));
  let sequence = waiting.length;
  const served = new Map<string, number>();
  const order: string[] = [];
  while (waiting.length > 0) {
    const [next] = fairOrder(waiting, (owner) => served.get(owner));
    if (!next) break;
    order.push(next.owner);
    sequence += 1;
    served.set(next.owner, sequence);
    waiting = waiting.filter((job) => job !== next);
  }
  expect(order).toHaveLength(1000);
  expect(jain(meanWaits(order))).toBeGreaterThanOrEqual(0.95);
  // What the measure says of first come, first served.
  expect(jain(meanWaits(arrivals))).toBeLessThan(0.9);
});
