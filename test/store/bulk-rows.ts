import type { CorpusRow } from '../../src/store/store.ts';
import { corpusRow } from './samples.ts';
import { clusteredVectors } from './vectors.ts';

export const dimensions = 64;
export const bulkCount = 12_000;
const batchRows = 4_000;

/** The same batches in every process, more than an index is built over in a moment. */
export function* bulkRows(): Generator<CorpusRow[]> {
  const next = clusteredVectors(3, dimensions);
  for (let start = 0; start < bulkCount; start += batchRows) {
    yield Array.from({ length: batchRows }, (_, index) => corpusRow(`${start + index}`, { promptVector: next() }));
  }
}
