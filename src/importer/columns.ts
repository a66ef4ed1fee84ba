import { z } from 'zod';
import { BotError } from '../errors.ts';
import { idOfPrompt } from './prompt-hash.ts';
import type { ImportRecord, ImportRow, RawRecord, Reader } from './records.ts';

const targets = ['id', 'prompt', 'url', 'width', 'height', 'source_site'] as const;

/** Which column of the file each of ours is read from, where the names differ. */
export const columnNamesSchema = z.partialRecord(z.enum(targets), z.string());

export type ColumnNames = z.infer<typeof columnNamesSchema>;

/** Parses `prompt=text,url=image_url`. Throws BotError `invalid_input` naming the columns there are. */
export function parseColumns(text: string): ColumnNames {
  const names: ColumnNames = {};
  for (const pair of text.split(',')) {
    const [target = '', ...rest] = pair.split('=');
    const known = targets.find((name) => name === target.trim().toLowerCase());
    const source = rest.join('=').trim();
    if (!known || !source) {
      throw new BotError(
        'invalid_input',
        `--columns takes pairs such as prompt=text,url=image_url, and ${pair.trim() || 'an empty one'} is none. On the left: ${targets.join(', ')}.`,
      );
    }
    names[known] = source;
  }
  return names;
}

/** The file's columns that are read. */
export function readColumns(names: ColumnNames): string[] {
  return targets.map((target) => names[target] ?? target);
}

const text = z
  .union([z.string(), z.number(), z.bigint(), z.boolean()])
  .nullish()
  .transform((value) => String(value ?? '').trim());

/** Pixels: what is missing or can't be read is unknown, 0. */
const pixels = z.coerce.number().int().min(0).max(0xffff_ffff).catch(0).default(0);

const rowSchema: z.ZodType<ImportRow> = z.object({
  id: text,
  prompt: text.pipe(z.string().min(1, 'its prompt is empty')),
  url: text,
  width: pixels,
  height: pixels,
  sourceSite: text,
});

/**
 * The rows of a file by our columns; only `prompt` must be there. A file without a column of ids gets stable ones from its prompts.
 * Throws BotError `invalid_input` when the prompt's column or one that `names` asks for is missing.
 */
export async function createRowParser(
  reader: Pick<Reader, 'columns'>,
  names: ColumnNames,
): Promise<(record: RawRecord) => ImportRecord> {
  const found = await reader.columns();
  if (found) checkColumns(found, names);
  const lowered = readColumns(names).map((name) => name.toLowerCase());
  const ofFile = found && lowered.map((name) => found.findLast((column) => column.trim().toLowerCase() === name));
  const hasIds = names.id !== undefined || found?.some((name) => name.trim().toLowerCase() === 'id');

  return (record) => {
    if ('rejected' in record) return record;
    const values = ofFile ? record.values : lowerKeys(record.values);
    const [id, prompt, url, width, height, sourceSite] = (ofFile ?? lowered).map((name) =>
      name === undefined ? undefined : values[name],
    );
    const parsed = rowSchema.safeParse({ id, prompt, url, width, height, sourceSite });
    if (!parsed.success)
      return reject(record, [...new Set(parsed.error.issues.map(({ message }) => message))].join(', '));
    const needsId = hasIds === undefined ? id === undefined || id === null : !hasIds;
    if (needsId) parsed.data.id = idOfPrompt(parsed.data.prompt);
    return parsed.data.id === '' ? reject(record, 'it has no id') : { row: parsed.data, next: record.next };
  };
}

function reject({ line, raw }: Extract<RawRecord, { values: unknown }>, reason: string): ImportRecord {
  return { rejected: { line, reason, raw: raw() } };
}

function lowerKeys(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.trim().toLowerCase(), value]));
}

function checkColumns(found: readonly string[], names: ColumnNames): void {
  const present = new Set(found.map((name) => name.trim().toLowerCase()));
  const wanted = [...new Set([names.prompt ?? 'prompt', ...Object.values(names)])];
  const missing = wanted.filter((name) => !present.has(name.toLowerCase()));
  if (missing.length === 0) return;
  const what =
    found.length === 0
      ? 'The file is empty'
      : `The file has no column ${missing.join(', ')}; its columns are ${found.join(', ')}`;
  throw new BotError(
    'invalid_input',
    `${what}. It needs a column of prompts (a CSV names its columns in the first line); say which with --columns, such as --columns prompt=text,url=image_url.`,
  );
}
