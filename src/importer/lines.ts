import type { Cursor } from './records.ts';

/** A line of a text file. */
export interface Line {
  /** With its end, so that lines put together are the text again; of an over-long line the beginning. */
  text: string;
  line: number;
  /** Where the one after it begins. */
  next: Cursor;
  /** Longer than a row can be: its rest is not kept. */
  isTooLong: boolean;
}

/** What a row may take, bytes: far more than any prompt, and little enough to hold. */
export const maxRowBytes = 1_048_576;

export const tooLong = 'it is longer than 1 MB';

// Of a line that is dropped: enough to find it by.
const keptBytes = 1_024;
const newline = 10;

/** The lines of a text, those that end in one chunk together: one by one they would take longer than all that is done with them. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  { position, line }: Cursor,
): AsyncGenerator<Line[], void, undefined> {
  let pieces: Buffer[] = [];
  let [held, length] = [0, 0];

  const add = (piece: Buffer) => {
    length += piece.length;
    if (length > maxRowBytes && held > keptBytes) {
      pieces = [Buffer.concat(pieces).subarray(0, keptBytes)];
      held = keptBytes;
    }
    if (length > maxRowBytes && held >= keptBytes) return;
    pieces.push(piece);
    held += piece.length;
  };
  const end = (): Line => {
    const isTooLong = length > maxRowBytes;
    const bytes = Buffer.concat(pieces);
    const text = (isTooLong ? bytes.subarray(0, keptBytes) : bytes).toString('utf8');
    const found = lineOf(text, length, isTooLong);
    [pieces, held, length] = [[], 0, 0];
    return found;
  };
  const lineOf = (text: string, bytes: number, isTooLong = false): Line => {
    const next = { position: position + bytes, line: line + 1 };
    const found = { text: position === 0 ? text.replace(/^\ufeff/, '') : text, line, next, isTooLong };
    ({ position, line } = next);
    return found;
  };

  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Line[] = [];
    let start = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, start)) {
      const size = at + 1 - start;
      if (length === 0 && size <= maxRowBytes) {
        lines.push(lineOf(bytes.toString('utf8', start, at + 1), size));
      } else {
        add(bytes.subarray(start, at + 1));
        lines.push(end());
      }
      start = at + 1;
    }
    if (start < bytes.length) add(bytes.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [end()];
}
