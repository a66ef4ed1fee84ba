import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  toJson,
} from 'hyparquet';
import type { PreparedParquetReadOptions } from 'hyparquet/src/scan.js';
import { compressors } from 'hyparquet-compressors';
import { BotError } from '../errors.ts';
import { findPages, hasOffsetIndex, type PageLocations } from './parquet-pages.ts';
import type { Cursor, RawRecord, Reader } from './records.ts';
import { type ByteSource, readAll } from './source.ts';

// A row group may well be the whole file (pandas wrote DiffusionDB's so): large ones are read in parts.
const defaultSliceRows = 65_536;

const recordsAtOnce = 1_024;

/** A Parquet file, read row group by row group from a disk or by HTTP ranges; only the columns that are asked for are read. */
export async function parquetReader(
  source: ByteSource,
  wanted: readonly string[],
  { sliceRows = defaultSliceRows } = {},
): Promise<Reader> {
  const file = await asBuffer(source);
  const metadata = await translating(source, () => parquetMetadataAsync(file));
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const lowered = new Set(wanted.map((name) => name.toLowerCase()));
  const columns = names.filter((name) => lowered.has(name.toLowerCase()));
  const total = Number(metadata.num_rows);
  let done = 0;

  async function* read(from: Cursor = { position: 0, line: 1 }): AsyncGenerator<RawRecord[]> {
    let first = 0;
    for (const [index, group] of metadata.row_groups.entries()) {
      const [start, end] = [first, first + Number(group.num_rows)];
      first = end;
      if (end <= from.position) continue;
      const isSmall = end - start <= sliceRows;
      const pages = isSmall ? [] : await translating(source, () => pagesOf(file, metadata, index, columns));
      const size = pages ? sliceRows : end - start;
      for (let at = Math.max(start, from.position); at < end; at += size) {
        yield* readSlice(at, Math.min(end, at + size), pages);
      }
    }
  }

  async function* readSlice(rowStart: number, rowEnd: number, pages: PageLocations | undefined) {
    const options: PreparedParquetReadOptions = { file, metadata, columns, compressors, rowStart, rowEnd };
    const known = { useOffsetIndex: true, ...(pages && { pageLocationsByGroup: pages }) };
    const rows = await translating(source, () => parquetReadObjects({ ...options, ...known }));
    for (let at = 0; at < rows.length; at += recordsAtOnce) {
      const records = rows
        .slice(at, at + recordsAtOnce)
        .map((values, index) => recordOf(values, rowStart + at + index));
      done = rowStart + at + records.length;
      yield records;
    }
  }

  return { columns: async () => names, read, progress: () => (total > 0 ? done / total : 1) };
}

function recordOf(values: Record<string, unknown>, row: number): RawRecord {
  const line = row + 1;
  return { values, line, raw: () => JSON.stringify(toJson(values)), next: { position: line, line: line + 1 } };
}

/** Where the pages of a row group lie; nothing where the file tells it itself, undefined where it must be read as a whole. */
async function pagesOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  index: number,
  columns: readonly string[],
): Promise<PageLocations | undefined> {
  const group = metadata.row_groups[index];
  if (!group || hasOffsetIndex(group, columns)) return [];
  const pages = await findPages(file, metadata, group, columns);
  return pages && metadata.row_groups.map((_, other) => (other === index ? pages : {}));
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
