import { clusteredVectors } from '../test/store/vectors.ts';
import { dimensions, fill, milliseconds, quantile, rounded, withFolder, withStore } from './corpus.ts';
import { syntheticPrompts } from './prompts.ts';

/** The first search after a start, cold and after `warm`, against the usual one. The engine is started anew for each. */
export async function benchWarm(rows: number): Promise<Record<string, number>> {
  const nextVector = clusteredVectors(1, dimensions);
  return withFolder(async (folder) => {
    await withStore(folder, (store) => fill(store, rows, { nextVector, nextPrompt: syntheticPrompts(1) }));
    const cold = await withStore(folder, (store) =>
      milliseconds(() => store.searchPrompts(nextVector(), { limit: 10 })),
    );
    return withStore(folder, async (store) => {
      const loading = await milliseconds(() => store.warm());
      const searches: number[] = [];
      for (let query = 0; query < 50; query++) {
        searches.push(await milliseconds(() => store.searchPrompts(nextVector(), { limit: 10 })));
      }
      return {
        rows,
        'first search, cold, ms': rounded(cold),
        'loading ahead, ms': rounded(loading),
        'first search, loaded ahead, ms': rounded(searches[0] ?? 0),
        'search p50, ms': rounded(quantile(searches, 0.5)),
      };
    });
  });
}
