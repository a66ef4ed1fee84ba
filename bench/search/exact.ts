import { readVectors, vectorsOf } from './vectors.ts';

const blockSize = 4_096;

interface Near {
  row: number;
  cosine: number;
}

/** The numbers of the `count` rows of a file that are nearest to each query (all of length 1), nearest first: every one is compared. */
export async function exactNeighbours(
  vectorsFile: string,
  queries: readonly Float32Array[],
  count: number,
): Promise<number[][]> {
  const nearest = queries.map((): Near[] => []);
  for await (const block of readVectors(vectorsFile, blockSize)) {
    let row = block.start;
    for (const vector of vectorsOf(block)) {
      for (const [index, query] of queries.entries())
        keep(nearest[index] ?? [], { row, cosine: dot(query, vector) }, count);
      row++;
    }
  }
  return nearest.map((list) => list.map((near) => near.row));
}

/** Puts it into its place among the nearest, of which the farthest falls out. */
function keep(nearest: Near[], candidate: Near, count: number): void {
  if (nearest.length === count && candidate.cosine <= (nearest.at(-1)?.cosine ?? -1)) return;
  const place = nearest.findIndex(({ cosine }) => cosine < candidate.cosine);
  nearest.splice(place < 0 ? nearest.length : place, 0, candidate);
  if (nearest.length > count) nearest.pop();
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
