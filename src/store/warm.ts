import type { CallOptions } from '../embedder/embedder.ts';
import { candidateRow } from './candidates.ts';
import type { Connection } from './connection.ts';
import { corpusQuery } from './search.ts';
import type { VocabularySource } from './vocabulary.ts';

interface WarmParts {
  connection: Connection;
  dimensions: number;
  vocabulary: Pick<VocabularySource, 'current'>;
}

/** One search of each index, which loads it, one after another: people's queries come first. */
export async function warm({ connection, dimensions, vocabulary }: WarmParts, options?: CallOptions): Promise<void> {
  const { dialect } = connection;
  const vector = dialect.encodeVector(new Float32Array(dimensions).fill(1));
  for (const table of ['prompts', 'prompt_images'] as const) {
    await connection.read(corpusQuery(dialect, table), {
      row: candidateRow,
      parameters: { vector, limit: 1 },
      settings: dialect.searchSettings,
      signal: options?.signal,
    });
  }
  await vocabulary.current();
}
