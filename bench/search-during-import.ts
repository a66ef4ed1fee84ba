import type { PromptStore } from '../src/store/store.ts';
import { clusteredVectors } from '../test/store/vectors.ts';
import { dimensions, milliseconds, quantile, rounded } from './corpus.ts';

const idleSearches = 40;

/** Latency of searches before an import and while it runs in the same process, as in a bot that was handed one. */
export async function searchDuring(store: PromptStore, work: () => Promise<void>): Promise<Record<string, number>> {
  const next = clusteredVectors(2, dimensions);
  const search = () => milliseconds(() => store.searchPrompts(next(), { limit: 10 }));
  await search();
  const before: number[] = [];
  for (let query = 0; query < idleSearches; query++) before.push(await search());
  let ended = false;
  const importing = work().finally(() => {
    ended = true;
  });
  const during: number[] = [];
  while (!ended) {
    during.push(await search());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await importing;
  const [idle, busy] = [quantile(before, 0.5), quantile(during, 0.5)];
  return {
    'search p50 before the import, ms': rounded(idle),
    'search p50 during the import, ms': rounded(busy),
    'search p95 during the import, ms': rounded(quantile(during, 0.95)),
    'search p50, during / before': rounded(busy / idle, 2),
  };
}
