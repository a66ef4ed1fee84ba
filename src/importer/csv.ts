import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { Cursor, RawRecord, RejectedRow } from './records.ts';
import { type TextFile, textReader } from './text-file.ts';

// An unclosed quote would otherwise take the rest of the file into memory as one field.
const maxRecordBytes = 1_048_576;

const dialect = {
  relax_quotes: true,
  record_delimiter: ['\r\n', '\n'],
  skip_empty_lines: true,
  skip_records_with_error: true,
};

const parsedSchema = z.object({
  record: z.record(z.string(), z.string()),
  info: z.object({ lines: z.number(), bytes: z.number() }),
  raw: z.string(),
});

const start: Cursor = { position: 0, line: 1 };

/** A CSV file with a header; quotes, lines inside of fields and a byte order mark are understood. */
export function csvReader(file: TextFile) {
  const header = once(() => readHeader(file.open(0)));
  return textReader(file, header, async function* (from = start) {
    const columns = await header();
    if (columns.length > 0) yield* readRows(file.open(from.position), columns, from);
  });
}

async function readHeader(input: Readable): Promise<string[]> {
  const parser = parse({ ...dialect, bom: true, relax_column_count: true });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const names of parser)
      return z
        .array(z.string())
        .parse(names)
        .map((name) => name.trim());
    return [];
  } finally {
    input.destroy();
  }
}

/** The rows from a place on; at the start of the file its header is passed over. */
async function* readRows(input: Readable, columns: string[], from: Cursor): AsyncGenerator<RawRecord> {
  const broken: RejectedRow[] = [];
  const lineOf = (lines: number, raw: string) => from.line - 1 + firstLine(lines, raw);
  const parser = parse({
    ...dialect,
    bom: from.position === 0,
    info: true,
    raw: true,
    max_record_size: maxRecordBytes,
    columns: from.position === 0 ? () => columns : columns,
    on_skip(error, raw = '') {
      const line = lineOf(Number(error?.lines ?? 0), raw);
      if (error?.code === 'CSV_MAX_RECORD_SIZE') parser.destroy(endlessRecord(line));
      else broken.push({ line, reason: faultOf(error?.code), raw: raw.trim() });
      return undefined;
    },
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const parsed of parser) {
      const { record, info, raw } = parsedSchema.parse(parsed);
      const line = lineOf(info.lines, raw);
      // The parser is ahead of what is taken from it: what it found broken further on must wait for its place.
      yield* drain(broken, line);
      const next = { position: from.position + info.bytes, line: from.line + info.lines };
      yield { values: record, line, raw: () => raw.trim(), next };
    }
    yield* drain(broken, Number.POSITIVE_INFINITY);
  } finally {
    input.destroy();
  }
}

function* drain(broken: RejectedRow[], beforeLine: number): Generator<RawRecord> {
  while (broken[0] && broken[0].line < beforeLine) {
    for (const rejected of broken.splice(0, 1)) yield { rejected };
  }
}

function endlessRecord(line: number): BotError {
  return new BotError(
    'invalid_input',
    `The row that begins near line ${line} is longer than 1 MB: a quote in it is probably never closed. Mend that line and run the import again; what was imported stays.`,
  );
}

/** The parser counts up to the end of a record, and a record may hold lines. */
function firstLine(lines: number, raw: string): number {
  return lines - (raw.trim().split('\n').length - 1);
}

function faultOf(code: string | undefined): string {
  if (code === 'CSV_RECORD_INCONSISTENT_COLUMNS') return 'it has another number of columns than the header';
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote is never closed';
  return `it is not valid CSV (${code ?? 'unknown'})`;
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= load());
}
