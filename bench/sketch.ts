import { demoPrompts } from '../src/demo/prompts/index.ts';
import { createSketchGenerator } from '../src/generator/sketch.ts';

const amount = 60;

/** Milliseconds of a 512 x 512 sketch over the first demo prompts (all treatments mixed), of the first one, and of 1024 x 1024. */
export async function benchSketch(): Promise<Record<string, string | number>> {
  const generator = createSketchGenerator();
  const draw = async (prompt: string, side: number) => {
    const begun = performance.now();
    await generator.generate({ prompt, count: 1, seed: 1, width: side, height: side });
    return performance.now() - begun;
  };
  const first = await draw('a cat sleeping on the sofa', 512);
  const small: number[] = [];
  const large: number[] = [];
  for (const prompt of demoPrompts.slice(0, amount)) small.push(await draw(prompt, 512));
  for (const prompt of demoPrompts.slice(0, amount / 3)) large.push(await draw(prompt, 1024));
  return {
    'first picture, ms': Math.round(first),
    '512 px, p50 ms': percentile(small, 0.5),
    '512 px, p95 ms': percentile(small, 0.95),
    '1024 px, p50 ms': percentile(large, 0.5),
    'resident memory, MB': Math.round(process.memoryUsage().rss / 1e6),
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
}
