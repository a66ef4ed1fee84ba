import { z } from 'zod';
import { type Line, linesOf, tooLong } from './lines.ts';
import type { Cursor, RawRecord } from './records.ts';
import { type TextFile, textReader } from './text-file.ts';

const objectSchema = z.record(z.string(), z.unknown());

/** A file of JSON objects, one a line. */
export function jsonlReader(file: TextFile) {
  return textReader(
    file,
    async () => undefined,
    async function* (from: Cursor = { position: 0, line: 1 }) {
      for await (const lines of linesOf(file.open(from.position), from)) {
        yield lines.filter(({ text }) => text.trim() !== '').map(parseLine);
      }
    },
  );
}

function parseLine({ text, line, next, isTooLong }: Line): RawRecord {
  const raw = text.trim();
  if (isTooLong) return { rejected: { line, reason: tooLong, raw } };
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
