import { pino } from 'pino';
import { createNeighboursRefiner } from '../../src/refiner/neighbours.ts';
import { createOpenAiRefiner } from '../../src/refiner/openai.ts';
import type { Refiner } from '../../src/refiner/refiner.ts';
import { type FakeOpenAi, type Reply, startFakeOpenAi } from '../fakes/openai.ts';

export const apiKey = 'sk-very-secret-0123456789';
export const good = {
  prompt: 'a cat, watercolor painting',
  negative_prompt: 'blurry',
  changes: [{ kind: 'added', text: 'watercolor painting', reason: 'three neighbours are', neighbour: 'n2' }],
  variants: ['a cat, oil painting'],
};
export const answer = (value: unknown): Reply => ({ kind: 'answer', content: JSON.stringify(value) });
/** Makes the package retry at once. */
export const noWait = { 'retry-after-ms': '1' };

export interface Asking {
  server: FakeOpenAi;
  /** Lines of the refiners' log. */
  logged: string[];
  refiner(more?: { timeoutMs?: number; baseUrl?: string }): Refiner;
}

/** A fake server, and refiners that ask it and fall back to the neighbours. */
export async function startAsking(): Promise<Asking> {
  const server = await startFakeOpenAi();
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) });
  return {
    server,
    logged,
    refiner: (more = {}) =>
      createOpenAiRefiner({
        apiKey,
        baseUrl: server.baseUrl,
        model: 'test-model',
        log,
        fallback: createNeighboursRefiner(),
        ...more,
      }),
  };
}
