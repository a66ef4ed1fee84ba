import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  toJson,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { BotError } from '../errors.ts';
import type { Cursor, RawRecord, Reader } from './records.ts';
import { type ByteSource, readAll } from './source.ts';

// With an index of its pages, a large row group is read in parts; without one a part costs as much as the whole.
const maxSliceRows = 65_536;

/** A Parquet file, read row group by row group from a disk or by HTTP ranges; only the columns that are asked for are read. */
export async function parquetReader(source: ByteSource, wanted: readonly string[]): Promise<Reader> {
  const file = await asBuffer(source);
  const metadata = await translating(source, () => parquetMetadataAsync(file));
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const lowered = new Set(wanted.map((name) => name.toLowerCase()));
  const columns = names.filter((name) => lowered.has(name.toLowerCase()));
  const total = Number(metadata.num_rows);
  let done = 0;

  async function* read(from: Cursor = { position: 0, line: 1 }): AsyncGenerator<RawRecord> {
    for (const [start, end] of slicesOf(metadata, columns)) {
      if (end <= from.position) continue;
      const rowStart = Math.max(start, from.position);
      const options = { file, metadata, columns, compressors, rowStart, rowEnd: end, useOffsetIndex: true };
      const rows = await translating(source, () => parquetReadObjects(options));
      for (const [index, values] of rows.entries()) {
        const line = rowStart + index + 1;
        done = line;
        yield { values, line, raw: () => JSON.stringify(toJson(values)), next: { position: line, line: line + 1 } };
      }
    }
  }

  return { columns: async () => names, read, progress: () => (total > 0 ? done / total : 1) };
}

/** The spans of rows that are read at once, in order. */
function slicesOf({ row_groups }: FileMetaData, columns: readonly string[]): [number, number][] {
  let first = 0;
  return row_groups.flatMap((group) => {
    const start = first;
    const rows = Number(group.num_rows);
    first += rows;
    const read = group.columns.filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ''));
    const size = read.every(({ offset_index_offset }) => offset_index_offset !== undefined) ? maxSliceRows : rows;
    return Array.from({ length: Math.ceil(rows / size) }, (_, index): [number, number] => [
      start + index * size,
      Math.min(start + (index + 1) * size, first),
    ]);
  });
}

async function asBuffer(source: ByteSource): Promise<AsyncBuffer> {
  if (source.size === undefined || !source.seekable) {
    throw new BotError(
      'invalid_input',
      `${source.name} is a Parquet file on a server that does not serve parts of it (HTTP ranges). Download it and import the file.`,
    );
  }
  return {
    byteLength: source.size,
    async slice(start, end = source.size) {
      const bytes = await readAll(source.open(start, end));
      return new Uint8Array(bytes).buffer;
    },
  };
}

async function translating<Value>({ name }: ByteSource, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof BotError) throw cause;
    throw new BotError(
      'invalid_input',
      `${name} can't be read as Parquet: it is damaged, cut off or encrypted. Fetch it again; what was imported stays.`,
      { cause },
    );
  }
}
