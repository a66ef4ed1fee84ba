import { parse } from 'csv-parse/sync';
import { z } from 'zod';

const parsedSchema = z.tuple([z.array(z.string())]);

/** The fields of a row without its line end; undefined for what is no row. */
export function fieldsOf(row: string): readonly string[] | undefined {
  return regularFields(row) ?? looseFields(row);
}

/** Fields with a quote before and one behind them, or with none at all: nearly every row, and setting up the parser for one takes several times as long as all the rest. */
function regularFields(row: string): string[] | undefined {
  if (!row.includes('"')) return row.split(',');
  const fields: string[] = [];
  for (let at = 0; at <= row.length; ) {
    const isQuoted = row[at] === '"';
    const end = isQuoted ? closingQuote(row, at + 1) : delimiterFrom(row, at);
    const text = row.slice(isQuoted ? at + 1 : at, end);
    const next = isQuoted ? end + 1 : end;
    if (end < 0 || (next < row.length && row[next] !== ',')) return undefined;
    if (!isQuoted && text.includes('"')) return undefined;
    fields.push(isQuoted ? text.replaceAll('""', '"') : text);
    at = next + 1;
  }
  return fields;
}

function delimiterFrom(row: string, start: number): number {
  const at = row.indexOf(',', start);
  return at < 0 ? row.length : at;
}

/** -1 where none closes. */
function closingQuote(row: string, start: number): number {
  let at = row.indexOf('"', start);
  while (at >= 0 && row[at + 1] === '"') at = row.indexOf('"', at + 2);
  return at;
}

/** With quotes in the midst of a field, which are kept as they are. */
function looseFields(row: string): readonly string[] | undefined {
  const parsed = parsedSchema.safeParse(parse(row, { relax_quotes: true, record_delimiter: ['\r\n', '\n'] }));
  return parsed.success ? parsed.data[0] : undefined;
}
