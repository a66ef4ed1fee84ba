import type { CorpusRow } from '../store/store.ts';

/** A row of the file, before its prompt is embedded. */
export type ImportRow = Omit<CorpusRow, 'promptVector' | 'imageVector'>;

export interface RejectedRow {
  /** Where the row begins: the line of a text file (the header of a CSV is line 1), the row of a Parquet file (from 1). */
  line: number;
  reason: string;
  /** The row as the file has it. */
  raw: string;
}

/** A place between two records, where reading can begin again. */
export interface Cursor {
  /** Bytes of the (decompressed) text, or rows of a Parquet file. */
  position: number;
  /** The line or row that comes next, from 1. */
  line: number;
}

/** A record as a format's reader finds it: its values by column name, or why it is none. */
export type RawRecord =
  | { values: Readonly<Record<string, unknown>>; line: number; raw: () => string; next: Cursor }
  | { rejected: RejectedRow };

/** What a record of the file turned out to be. `next` is where reading goes on after it. */
export type ImportRecord = { row: ImportRow; next: Cursor } | { rejected: RejectedRow };

/** One file in one format. */
export interface Reader {
  /** The names of its columns; undefined where each row has its own (JSONL). */
  columns(): Promise<readonly string[] | undefined>;
  /** Its records from a place on, as many at once as are read at once, as fast as they are taken. Throws BotError `invalid_input` where no more can be read. */
  read(from?: Cursor): AsyncGenerator<readonly RawRecord[]>;
  /** How much of the file has been read, 0 to 1; undefined when its size is not known. */
  progress(): number | undefined;
}
