import { megabytes, openFlow, quietContext, sentence } from './flow.ts';

const runs = 200;

/** The flow but for drawing (embed, search, refine by neighbours, encode, keep and embed the picture, log) over a corpus of so many rows: ms a run, and memory. */
export async function benchPrompt(rows: number): Promise<Record<string, number>> {
  const flow = await openFlow(rows);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    const text = `${sentence(run * 7919)}, run ${run}`;
    const request = {
      id: `run-${run}`,
      scope: 'bench',
      user: 'bench',
      asked: text,
      text,
      count: 1,
      size: '1:1',
      refine: 'refine',
    } as const;
    await flow.pipeline.run(request, quietContext());
    await flow.outbox.settled();
    times.push(performance.now() - began);
  }
  const memory = megabytes();
  await flow.close();
  times.sort((a, b) => a - b);
  return {
    rows,
    'p50, ms': at(times, 0.5),
    'p95, ms': at(times, 0.95),
    'resident memory empty, MB': flow.idle,
    'resident memory filled, MB': memory,
  };
}

function at(sorted: readonly number[], share: number): number {
  return Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1));
}
