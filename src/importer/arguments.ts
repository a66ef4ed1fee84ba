import path from 'node:path';
import { parseArgs } from 'node:util';
import { BotError } from '../errors.ts';
import { parseColumns } from './columns.ts';
import type { ImportRequest } from './job.ts';
import { isWebAddress } from './source.ts';

const usage = `Usage: npm run import -- FILE|URL... [--images] [--limit ROWS] [--columns prompt=text,url=image_url] [--allow-host HOST]

  FILE|URL       CSV, JSON lines (.jsonl) or Parquet, also .gz or .zst. Only a column of prompts is needed;
                 id, url, width, height and source_site are read where they are there.
  --images       also fetch and embed the pictures that url names: a web address, or a path beside the file
  --limit        only the first so many rows of each file
  --columns      the file's own names of our columns, such as prompt=text,id=image_name
  --allow-host   a host that may have a private address, when pictures or redirects lead there (may be repeated)

An import that was stopped goes on when the same command is run again. While the bot runs, it does the work.`;

/** Throws BotError `invalid_input` with the usage. */
export function readArguments(given: string[]): ImportRequest {
  const { values, positionals } = parse(given);
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  const isLimit = limit === undefined || (Number.isInteger(limit) && limit > 0);
  if (positionals.length === 0 || !isLimit) throw new BotError('invalid_input', usage);
  return {
    files: positionals.map((file) => (isWebAddress(file) ? file : path.resolve(file))),
    images: values.images,
    limit,
    columns: values.columns === undefined ? {} : parseColumns(values.columns),
    allowHosts: values['allow-host'],
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        images: { type: 'boolean', default: false },
        limit: { type: 'string' },
        columns: { type: 'string' },
        'allow-host': { type: 'string', multiple: true, default: [] },
      },
      allowPositionals: true,
    });
  } catch (cause) {
    throw new BotError('invalid_input', usage, { cause });
  }
}
