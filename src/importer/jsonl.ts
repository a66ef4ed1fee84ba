import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { Cursor, RawRecord } from './records.ts';
import { type TextFile, textReader } from './text-file.ts';

const maxLineBytes = 1_048_576;
const newline = 10;

const objectSchema = z.record(z.string(), z.unknown());

/** A file of JSON objects, one a line. */
export function jsonlReader(file: TextFile) {
  return textReader(
    file,
    async () => undefined,
    async function* (from: Cursor = { position: 0, line: 1 }) {
      let { position, line } = from;
      for await (const bytes of linesOf(file.open(from.position), from)) {
        const next = { position: position + bytes.length, line: line + 1 };
        const raw = bytes
          .toString('utf8')
          .replace(/^\ufeff/, '')
          .trim();
        if (raw !== '') yield parseLine(raw, line, next);
        ({ position, line } = next);
      }
    },
  );
}

function parseLine(raw: string, line: number, next: Cursor): RawRecord {
  const parsed = objectSchema.safeParse(parseJson(raw));
  if (!parsed.success) return { rejected: { line, reason: 'it is not a JSON object', raw } };
  return { values: parsed.data, line, raw: () => raw, next };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines with their ends, so that their lengths add up to a place in the file. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>, from: Cursor): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let { line } = from;
  for await (const chunk of chunks) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    let start = 0;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
      yield rest.subarray(start, end + 1);
      start = end + 1;
      line += 1;
    }
    rest = rest.subarray(start);
    if (rest.length > maxLineBytes) throw endlessLine(line);
  }
  if (rest.length > 0) yield rest;
}

function endlessLine(line: number): BotError {
  return new BotError(
    'invalid_input',
    `Line ${line} is longer than 1 MB. A file of JSON has one object a line; mend it and run the import again.`,
  );
}
