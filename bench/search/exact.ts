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

/** Four sums at once: no addition waits for the one before. */
function dot(one: Float32Array, other: Float32Array): number {
  const at = (index: number) => (one[index] ?? 0) * (other[index] ?? 0);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let index = 0; index < one.length; index += 4) {
    first += at(index);
    second += at(index + 1);
    third += at(index + 2);
    fourth += at(index + 3);
  }
  return first + second + third + fourth;
}
