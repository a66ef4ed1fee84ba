import type { CallOptions } from '../embedder/embedder.ts';
import { parquetReader } from '../importer/parquet.ts';
import { openFile } from '../importer/source.ts';
import type { PromptStore } from '../store/store.ts';
import { rowsInFile } from './files.ts';

const usualIdsAtOnce = 8_192;

/** How many prompts of a backup, or of half a backup that was restored before, the database does not have. Throws the BotErrors of reading and asking. */
export async function countNewRows(
  store: Pick<PromptStore, 'counts' | 'knownIds'>,
  file: string,
  { idsAtOnce = usualIdsAtOnce, ...options }: CallOptions & { idsAtOnce?: number } = {},
): Promise<number> {
  if ((await store.counts()).prompts === 0) return rowsInFile(file);
  let fresh = 0;
  for await (const ids of idsIn(file, idsAtOnce)) fresh += ids.length - (await store.knownIds(ids, options)).size;
  return fresh;
}

async function* idsIn(file: string, atOnce: number): AsyncGenerator<string[]> {
  const reader = await parquetReader(await openFile(file), ['id']);
  let ids: string[] = [];
  for await (const records of reader.read()) {
    ids.push(...records.flatMap((record) => ('values' in record ? String(record.values.id) : [])));
    if (ids.length < atOnce) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}
