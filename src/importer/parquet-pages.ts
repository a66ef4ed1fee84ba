import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { PreparedParquetReadOptions } from 'hyparquet/src/scan.js';

/** Where the pages of the columns of each row group lie, by column. */
export type PageLocations = NonNullable<PreparedParquetReadOptions['pageLocationsByGroup']>;
type Page = PageLocations[number][string][number];

// Bytes; a header holds two values of its column at most, which may be long.
const headerBytes = 4_096;
const maxHeaderBytes = 4_194_304;

/** True when every column of the group says where its pages lie. */
export function hasOffsetIndex({ columns }: RowGroup, wanted: readonly string[]): boolean {
  return columns
    .filter(({ meta_data }) => wanted.includes(meta_data?.path_in_schema[0] ?? ''))
    .every(({ offset_index_offset }) => offset_index_offset !== undefined);
}

/**
 * Finds the pages of a row group without an index of them, by their headers, which say where the next begins: so that it can be read in parts.
 * Undefined for columns of lists, whose pages don't tell their rows.
 */
export async function findPages(
  file: AsyncBuffer,
  { schema }: FileMetaData,
  { columns }: RowGroup,
  wanted: readonly string[],
): Promise<PageLocations[number] | undefined> {
  const found: PageLocations[number] = {};
  for (const { meta_data } of columns) {
    const [name = '', ...nested] = meta_data?.path_in_schema ?? [];
    if (!meta_data || !wanted.includes(name)) continue;
    const isList = schema.some((element) => element.name === name && element.repetition_type === 'REPEATED');
    if (nested.length > 0 || isList) return undefined;
    const start = Number(meta_data.dictionary_page_offset || meta_data.data_page_offset);
    found[name] = await pagesBetween(file, start, start + Number(meta_data.total_compressed_size));
  }
  return found;
}

async function pagesBetween(file: AsyncBuffer, start: number, end: number): Promise<Page[]> {
  const pages: Page[] = [];
  let row = 0;
  for (let at = start; at < end; ) {
    const { header, length } = await headerAt(file, at, end);
    const size = length + header.compressed_page_size;
    if (header.type !== 'DICTIONARY_PAGE') {
      pages.push({ offset: BigInt(at), compressed_page_size: size, first_row_index: BigInt(row) });
      row += header.data_page_header?.num_values ?? header.data_page_header_v2?.num_rows ?? 0;
    }
    at += size;
  }
  return pages;
}

async function headerAt(file: AsyncBuffer, at: number, end: number) {
  for (let size = headerBytes; ; size *= 16) {
    const reader = { view: new DataView(await file.slice(at, Math.min(end, at + size))), offset: 0 };
    try {
      return { header: parquetHeader(reader), length: reader.offset };
    } catch (error) {
      // It ends behind what was read.
      if (!(error instanceof RangeError) || size >= maxHeaderBytes || at + size >= end) throw error;
    }
  }
}
