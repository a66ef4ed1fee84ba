import { clusteredVectors, seededRandom } from '../test/store/vectors.ts';
import { dimensions, fill, milliseconds, quantile, rounded, withFolder, withStore } from './corpus.ts';
import { artistName, syntheticPrompts } from './prompts.ts';

const queries = 100;
const shown = 5;

/** What a search by words costs beside the one by vectors that it is fused with: in turns, of the same queries, as src/search.ts asks. */
export async function benchHybrid(rows: number): Promise<Record<string, string | number>> {
  const nextVector = clusteredVectors(1, dimensions);
  const nextPrompt = syntheticPrompts(2);
  const random = seededRandom(3);
  return withFolder((folder) =>
    withStore(folder, async (store) => {
      await fill(store, rows, { nextVector, nextPrompt: syntheticPrompts(1) });
      await store.warm();
      const times: Record<'vectors' | 'both', number[]> = { vectors: [], both: [] };
      let found = 0;
      for (let query = 0; query < queries; query++) {
        const vector = nextVector();
        const text = `${nextPrompt().split(', ').slice(0, 2).join(', ')}, ${artistName(Math.floor(1_000 * random()))}`;
        const near = () => store.searchPrompts(vector, { limit: 100 });
        times.vectors.push(await milliseconds(near));
        times.both.push(
          await milliseconds(async () => {
            const [, worded] = await Promise.all([near(), store.searchWords(text, vector, { limit: 20 })]);
            found += Number(worded.length >= shown);
          }),
        );
      }
      const p50 = { vectors: quantile(times.vectors, 0.5), both: quantile(times.both, 0.5) };
      return {
        rows,
        'vectors p50, ms': rounded(p50.vectors),
        'vectors p95, ms': rounded(quantile(times.vectors, 0.95)),
        'vectors and words p50, ms': rounded(p50.both),
        'vectors and words p95, ms': rounded(quantile(times.both, 0.95)),
        'p50 ratio': rounded(p50.both / p50.vectors, 2),
        'queries with rare words found': found / queries,
      };
    }),
  );
}
