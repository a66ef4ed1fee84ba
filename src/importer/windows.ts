import { countReasons, type ImportCounts, noCounts } from './counts.ts';
import type { Known } from './known.ts';
import type { RowReader } from './open-reader.ts';
import type { Cursor, ImportRow, RejectedRow } from './records.ts';

/** A span of the file: what is embedded together, and either wholly in the database or not at all. */
export interface Window {
  fresh: ImportRow[];
  /** Rows whose id is stored already: their pictures may still be missing. */
  known: ImportRow[];
  rejected: RejectedRow[];
  counts: ImportCounts;
  /** Where the file goes on after it. */
  next: Cursor | undefined;
}

interface WindowOptions {
  known: Known;
  from: Cursor | undefined;
  /** Rows of the file, bad ones included, that may still be read. */
  limit: number;
  /** Good rows in a window. It must end at the same rows in every run, so that what is embedded together, and with it the vectors, are the same. */
  size: number;
  onRow: () => void;
}

/** The file in windows. Each is a function of the rows before it alone, wherever reading begins. */
export async function* readWindows(reader: Pick<RowReader, 'read'>, options: WindowOptions): AsyncGenerator<Window> {
  let window = emptyWindow(options.from);
  let good = 0;
  let left = options.limit;
  for await (const record of left > 0 ? reader.read(options.from) : []) {
    options.onRow();
    if ('rejected' in record) {
      window.rejected.push(record.rejected);
    } else {
      sort(record.row, options.known, window);
      window.next = record.next;
      good += 1;
    }
    left -= 1;
    if (left === 0) break;
    if (good === options.size) {
      yield counted(window);
      window = emptyWindow(window.next);
      good = 0;
    }
  }
  if (good > 0 || window.rejected.length > 0) yield counted(window);
}

function emptyWindow(next: Cursor | undefined): Window {
  return { fresh: [], known: [], rejected: [], counts: noCounts, next };
}

function sort(row: ImportRow, known: Known, window: Window): void {
  const met = known.meet(row);
  if (met === 'new') window.fresh.push(row);
  else if (met === 'id') window.known.push(row);
  else window.counts = { ...window.counts, duplicates: window.counts.duplicates + 1 };
}

function counted(window: Window): Window {
  const rejected = countReasons(window.rejected.map(({ reason }) => reason));
  return { ...window, counts: { ...window.counts, known: window.known.length, rejected } };
}
