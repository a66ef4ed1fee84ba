import { describe, expect, it } from 'vitest';
import { createScheduler } from '../../src/embedder/scheduler.ts';

/** Runs wait until they are let through, one by one, and are listed as they start. */
function controlled(width = 1) {
  const started: string[] = [];
  const gates: (() => void)[] = [];
  const scheduler = createScheduler(
    async (batch: string) => {
      started.push(batch);
      await new Promise<void>((resolve) => gates.push(resolve));
      if (batch.startsWith('bad')) throw new Error(batch);
      return batch.toUpperCase();
    },
    { width },
  );
  async function step(): Promise<void> {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { scheduler, started, step };
}

describe('the scheduler', () => {
  it('runs one batch at a time, small requests first, and lets large ones take turns', async () => {
    const { scheduler, started, step } = controlled();
    const a = scheduler.submit(['a1', 'a2', 'a3']);
    const b = scheduler.submit(['b1', 'b2']);
    const small = scheduler.submit(['s']);
    expect(started).toEqual(['a1']);
    for (let count = 0; count < 6; count += 1) await step();
    expect(started).toEqual(['a1', 's', 'a2', 'b1', 'a3', 'b2']);
    expect(await Promise.all([a, b, small])).toEqual([['A1', 'A2', 'A3'], ['B1', 'B2'], ['S']]);
  });

  it('runs as many batches at once as it is wide, and puts the results in order', async () => {
    const { scheduler, started, step } = controlled(2);
    const a = scheduler.submit(['a1', 'a2', 'a3']);
    const b = scheduler.submit(['b1']);
    expect(started).toEqual(['a1', 'a2']);
    for (let count = 0; count < 4; count += 1) await step();
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
    expect(await Promise.all([a, b])).toEqual([['A1', 'A2', 'A3'], ['B1']]);
  });

  it('lets nobody wait for a small request of the background', async () => {
    const { scheduler, started, step } = controlled();
    const first = scheduler.submit(['a1', 'a2']);
    const background = scheduler.submit(['b'], { background: true });
    const person = scheduler.submit(['p']);
    for (let count = 0; count < 4; count += 1) await step();
    expect(started).toEqual(['a1', 'p', 'a2', 'b']);
    await Promise.all([first, background, person]);
  });

  it('drops a request at the moment its signal aborts, and what is left of it never runs', async () => {
    const { scheduler, started, step } = controlled();
    const controller = new AbortController();
    const stopped = scheduler.submit(['a1', 'a2'], { signal: controller.signal });
    const other = scheduler.submit(['b1', 'b2']);
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    for (let count = 0; count < 3; count += 1) await step();
    expect(await other).toEqual(['B1', 'B2']);
    expect(started).toEqual(['a1', 'b1', 'b2']);
  });

  it('fails only the request whose batch fails', async () => {
    const { scheduler, started, step } = controlled();
    const bad = expect(scheduler.submit(['bad1', 'bad2'])).rejects.toThrow('bad1');
    const good = scheduler.submit(['g1', 'g2']);
    for (let count = 0; count < 3; count += 1) await step();
    await bad;
    expect(await good).toEqual(['G1', 'G2']);
    expect(started).toEqual(['bad1', 'g1', 'g2']);
  });

  it('answers an empty request, and rejects all that waits when it is cleared', async () => {
    const { scheduler, started, step } = controlled();
    expect(await scheduler.submit([])).toEqual([]);
    const waiting = ['x', 'y'].map((batch) => expect(scheduler.submit([batch])).rejects.toThrow('closing'));
    scheduler.clear(new Error('closing'));
    await Promise.all(waiting);
    await step();
    expect(started).toEqual(['x']);
  });
});
