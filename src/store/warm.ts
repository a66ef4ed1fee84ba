import type { CallOptions } from '../embedder/embedder.ts';
import { candidateRow } from './candidates.ts';
import type { Connection } from './connection.ts';
import type { RowEstimate } from './row-count.ts';
import { corpusQuery } from './search.ts';
import type { VectorModel } from './vectors.ts';
import type { VocabularySource } from './vocabulary.ts';

interface WarmParts {
  connection: Connection;
  model: VectorModel;
  vocabulary: Pick<VocabularySource, 'current'>;
  aboutRows: RowEstimate;
}

/** One search of each index, which loads it, one after another: people's queries come first. */
export async function warm(
  { connection, model, vocabulary, aboutRows }: WarmParts,
  options?: CallOptions,
): Promise<void> {
  const { dialect } = connection;
  const vector = dialect.encodeVector(new Float32Array(model.dimensions).fill(1));
  for (const table of ['prompts', 'prompt_images'] as const) {
    await connection.read(corpusQuery(dialect, table), {
      row: candidateRow(model),
      parameters: { vector, limit: 1 },
      settings: dialect.searchSettings(await aboutRows(table), 1),
      signal: options?.signal,
    });
  }
  await vocabulary.current();
}
