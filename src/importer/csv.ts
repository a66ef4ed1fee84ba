import { type CsvRow, rowsOf } from './csv-rows.ts';
import { linesOf } from './lines.ts';
import type { Cursor, RawRecord } from './records.ts';
import { type TextFile, textReader } from './text-file.ts';

const start: Cursor = { position: 0, line: 1 };

/** A CSV file with a header; quotes, lines inside of fields and a byte order mark are understood. */
export function csvReader(file: TextFile) {
  const header = once(() => readHeader(file));
  const columns = async () => (await header())?.names ?? [];
  return textReader(file, columns, async function* (from) {
    const found = await header();
    if (found) yield* readRows(file, found.names, from ?? found.next);
  });
}

interface Header {
  names: string[];
  next: Cursor;
}

async function readHeader(file: TextFile): Promise<Header | undefined> {
  const input = file.open(start.position);
  try {
    for await (const [row] of rowsOf(linesOf(input, start))) {
      if (row) return 'rejected' in row ? undefined : { names: row.fields.map((name) => name.trim()), next: row.next };
    }
    return undefined;
  } finally {
    input.destroy();
  }
}

async function* readRows(file: TextFile, names: readonly string[], from: Cursor): AsyncGenerator<RawRecord[]> {
  const input = file.open(from.position);
  try {
    for await (const rows of rowsOf(linesOf(input, from), names.length)) {
      yield rows.map((row) => ('rejected' in row ? row : recordOf(row, names)));
    }
  } finally {
    input.destroy();
  }
}

function recordOf({ fields, line, raw, next }: CsvRow, names: readonly string[]): RawRecord {
  const values = Object.fromEntries(names.map((name, index) => [name, fields[index]]));
  return { values, line, raw, next };
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= load());
}
