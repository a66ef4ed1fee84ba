import { type ColumnNames, createRowParser, readColumns } from './columns.ts';
import { type Compression, openText } from './compression.ts';
import { csvReader } from './csv.ts';
import { jsonlReader } from './jsonl.ts';
import { parquetReader } from './parquet.ts';
import type { Cursor, ImportRecord, Reader } from './records.ts';
import { type ByteSource, readAll, readHead } from './source.ts';
import { textFile } from './text-file.ts';

export type Format = 'csv' | 'jsonl' | 'parquet';

/** A file as rows of ours. */
export interface RowReader extends Pick<Reader, 'progress'> {
  read(from?: Cursor): AsyncGenerator<ImportRecord>;
}

const formats: Readonly<Record<string, Format>> = {
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
  parquet: 'parquet',
};
const gzipMark = Buffer.from([0x1f, 0x8b]);
const zstdMark = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Opens a file in the format that its name, or else its first bytes, tell. Throws BotError `invalid_input`, `not_found`... of the reading. */
export async function openReader(source: ByteSource, names: ColumnNames): Promise<RowReader> {
  const compression = compressionOf(await readHead(source, 4));
  const reader = await openFormat(await formatOf(source, compression), source, { compression, names });
  const parse = await createRowParser(reader, names);
  return {
    progress: reader.progress,
    async *read(from) {
      for await (const records of reader.read(from)) for (const record of records) yield parse(record);
    },
  };
}

async function openFormat(
  format: Format,
  source: ByteSource,
  { compression, names }: { compression: Compression; names: ColumnNames },
): Promise<Reader> {
  if (format === 'parquet') return parquetReader(source, readColumns(names));
  const file = textFile(source, compression);
  return format === 'csv' ? csvReader(file) : jsonlReader(file);
}

/** By the first bytes, whatever the name says: a download may well have lost or kept a suffix that is not true. */
function compressionOf(head: Buffer): Compression {
  if (head.subarray(0, 2).equals(gzipMark)) return 'gzip';
  return head.equals(zstdMark) ? 'zstd' : 'none';
}

async function formatOf(source: ByteSource, compression: Compression): Promise<Format> {
  const bare = source.name.replace(/[?#].*$/, '').replace(/\.(gz|zst|zstd)$/i, '');
  const named = formats[/\.(\w+)$/.exec(bare)?.[1]?.toLowerCase() ?? ''];
  return named ?? guessFormat(await headOf(source, compression));
}

async function headOf(source: ByteSource, compression: Compression): Promise<Buffer> {
  if (compression === 'none') return readHead(source, 64);
  const text = openText(source, compression);
  for await (const chunk of text as AsyncIterable<Uint8Array>) return Buffer.from(chunk.subarray(0, 64));
  return readAll(text);
}

function guessFormat(head: Buffer): Format {
  const start = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (start.startsWith('PAR1')) return 'parquet';
  return start.startsWith('{') ? 'jsonl' : 'csv';
}
