import { fieldsOf } from './csv-fields.ts';
import { type Line, maxRowBytes, tooLong } from './lines.ts';
import type { Cursor, RejectedRow } from './records.ts';

/** A row of a CSV file, which may go over lines. */
export interface CsvRow {
  fields: readonly string[];
  line: number;
  raw: () => string;
  next: Cursor;
}

type Found = CsvRow | { rejected: RejectedRow };

// An unclosed quote takes what follows it only so far, and no prompt has so many.
const maxRowLines = 1_000;

const neverClosed = 'a quote is never closed';

/**
 * Puts lines together where a quote goes over their ends. Where what comes out is no row, its first line alone is rejected and reading
 * goes on behind that, so that a quote that is never closed takes no other row with it. `width`: how many fields a row must have.
 */
export async function* rowsOf(batches: AsyncIterable<readonly Line[]>, width?: number): AsyncGenerator<Found[]> {
  let held: Line[] = [];
  let isOpen = false;
  // Lines that are yet to be looked at, the next one last.
  const waiting: Line[] = [];

  function fault(reason: string): { rejected: RejectedRow } {
    const [first = noLine, ...rest] = held;
    waiting.push(...rest.reverse());
    [held, isOpen] = [[], false];
    return { rejected: { line: first.line, reason, raw: first.text.trim() } };
  }

  function take(line: Line): Found | undefined {
    if (held.length === 0 && /^\r?\n?$/.test(line.text)) return undefined;
    held.push(line);
    if (line.isTooLong) return fault(held.length === 1 ? tooLong : neverClosed);
    const end = endOf(line.text, isOpen);
    isOpen = end === 'open';
    if (end === 'torn') return fault(neverClosed);
    if (isOpen) return isTooMuch(held) ? fault(neverClosed) : undefined;
    const raw = held.length === 1 ? line.text : held.map(({ text }) => text).join('');
    const fields = fieldsOf(withoutEnd(raw));
    if (!fields) return fault('it is not valid CSV');
    if (fields.length !== (width ?? fields.length)) return fault('it has another number of columns than the header');
    const [{ line: begin } = line] = held;
    held = [];
    return { fields, line: begin, raw: () => raw.trim(), next: line.next };
  }

  function takeWaiting(rows: Found[]): Found[] {
    for (let line = waiting.pop(); line; line = waiting.pop()) {
      const found = take(line);
      if (found) rows.push(found);
    }
    return rows;
  }

  for await (const lines of batches) {
    const rows: Found[] = [];
    for (const line of lines) {
      waiting.push(line);
      takeWaiting(rows);
    }
    yield rows;
  }
  while (held.length > 0) yield takeWaiting([fault(neverClosed)]);
}

const noLine: Line = { text: '', line: 0, next: { position: 0, line: 0 }, isTooLong: false };

function isTooMuch(held: readonly Line[]): boolean {
  const [first = noLine] = held;
  const last = held.at(-1) ?? noLine;
  return held.length > maxRowLines || last.next.position - first.next.position > maxRowBytes;
}

/** `torn`: the quote that came open from an earlier line closes in the middle of a field, so that it was no quote around one. */
function endOf(line: string, isOpen: boolean): 'open' | 'closed' | 'torn' {
  let [at, isIn, isCarried] = [0, isOpen, isOpen];
  for (;;) {
    if (!isIn && line[at] === '"') {
      isIn = true;
      at += 1;
    }
    const mark = line.indexOf(isIn ? '"' : ',', at);
    if (mark < 0) return isIn ? 'open' : 'closed';
    at = mark + 1;
    if (!isIn) continue;
    if (line[at] === '"') {
      at += 1;
      continue;
    }
    if (isCarried && !/^(,|\r?\n|$)/.test(line.slice(at, at + 2))) return 'torn';
    [isIn, isCarried] = [false, false];
    const delimiter = line.indexOf(',', at);
    if (delimiter < 0) return 'closed';
    at = delimiter + 1;
  }
}

function withoutEnd(row: string): string {
  if (!row.endsWith('\n')) return row;
  return row.slice(0, row.endsWith('\r\n') ? -2 : -1);
}
