import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { CorpusRow } from '../store/store.ts';

/** A row of the file, before its prompt is embedded. */
export type ImportRow = Omit<CorpusRow, 'promptVector' | 'imageVector'>;

export interface RejectedRow {
  /** Where the row begins; the header is line 1. */
  line: number;
  reason: string;
  /** The row as the file has it. */
  raw: string;
}

/** What a line of the file turned out to be. */
export type CsvRecord = { row: ImportRow } | { rejected: RejectedRow };

const columnNames = ['id', 'prompt', 'url', 'width', 'height', 'source_site'] as const;

// An unclosed quote would otherwise take the rest of the file into memory as one field.
const maxRecordBytes = 1_048_576;

/** Pixels: what can't be read is unknown, 0. */
const pixels = z.coerce.number().int().min(0).max(0xffff_ffff).catch(0);

const rowSchema = z
  .object({
    id: z.string().trim().min(1, 'it has no id'),
    prompt: z.string().trim().min(1, 'its prompt is empty'),
    url: z.string().trim(),
    width: pixels,
    height: pixels,
    source_site: z.string().trim(),
  })
  .transform(({ source_site, ...row }): ImportRow => ({ ...row, sourceSite: source_site }));

const parsedSchema = z.object({
  record: z.record(z.string(), z.string()),
  info: z.object({ lines: z.number() }),
  raw: z.string(),
});

/**
 * Reads a CSV file with the columns of the 900k diffusion prompts set, in any order, as fast as its rows are taken.
 * Throws BotError `invalid_input` when the header lacks a column or a quote is never closed.
 */
export async function* readCsv(input: Readable): AsyncGenerator<CsvRecord> {
  const broken: RejectedRow[] = [];
  let header = false;
  const parser = parse({
    bom: true,
    info: true,
    raw: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: maxRecordBytes,
    columns(names: string[]) {
      header = true;
      return checkHeader(names);
    },
    on_skip(error, raw = '') {
      const lines = Number(error?.lines ?? 0);
      if (error?.code === 'CSV_MAX_RECORD_SIZE') parser.destroy(endlessRecord(lines, raw));
      else broken.push(toRejected(lines, raw, faultOf(error?.code)));
      return undefined;
    },
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const parsed of parser) {
      yield* drain(broken);
      yield toRecord(parsedSchema.parse(parsed));
    }
    yield* drain(broken);
  } finally {
    input.destroy();
  }
  if (!header) throw missingColumns(columnNames);
}

function* drain(broken: RejectedRow[]): Generator<CsvRecord> {
  for (const rejected of broken.splice(0)) yield { rejected };
}

function checkHeader(names: readonly string[]): string[] {
  const found = names.map((name) => name.trim().toLowerCase());
  const missing = columnNames.filter((name) => !found.includes(name));
  if (missing.length > 0) throw missingColumns(missing);
  return found;
}

function missingColumns(missing: readonly string[]): BotError {
  return new BotError(
    'invalid_input',
    `The first line of the file must name the columns ${columnNames.join(', ')} (in any order); missing: ${missing.join(', ')}.`,
  );
}

function endlessRecord(lines: number, raw: string): BotError {
  return new BotError(
    'invalid_input',
    `The row that begins near line ${firstLine(lines, raw)} is longer than 1 MB: a quote in it is probably never closed. Mend that line and run the import again; what was imported stays.`,
  );
}

function toRecord({ record, info, raw }: z.infer<typeof parsedSchema>): CsvRecord {
  const parsed = rowSchema.safeParse(record);
  if (parsed.success) return { row: parsed.data };
  return { rejected: toRejected(info.lines, raw, parsed.error.issues.map(({ message }) => message).join(', ')) };
}

function toRejected(lines: number, raw: string, reason: string): RejectedRow {
  return { line: firstLine(lines, raw), reason, raw: raw.trim() };
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
