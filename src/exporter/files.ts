import { access } from 'node:fs/promises';
import path from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { z } from 'zod';
import { BotError } from '../errors.ts';
import type { BackupFiles } from '../store/backup.ts';
import type { VectorModel } from '../store/vectors.ts';

const otherFormat = /\.(csv|tsv|txt|jsonl?|ndjson|gz|zstd?)$/i;

/**
 * `out.parquet` stands for itself (the corpus), and for `out.images.parquet`, `out.generations.parquet` and `out.uploads.parquet`; its suffix may be left out.
 * Throws BotError `invalid_input` for the suffix of another format.
 */
export function backupFiles(file: string): BackupFiles {
  if (otherFormat.test(file)) {
    throw new BotError(
      'invalid_input',
      `${file} is not named like an export, which is Parquet, such as ${file.replace(otherFormat, '')}.parquet. For other files there is \`npm run import\`.`,
    );
  }
  const base = path.resolve(file).replace(/\.parquet$/i, '');
  return {
    prompts: `${base}.parquet`,
    images: `${base}.images.parquet`,
    generations: `${base}.generations.parquet`,
    uploads: `${base}.uploads.parquet`,
  };
}

const vectorRow = z.object({ vector_model: z.string(), prompt_vector: z.array(z.number()).min(1) });

/** What made the vectors of a backup. Throws BotError `not_found` or `invalid_input` for files that `npm run export` did not write. */
export async function modelOfBackup(files: BackupFiles): Promise<VectorModel> {
  for (const file of Object.values(files)) await mustExist(file);
  for (const file of [files.prompts, files.generations]) {
    const [first] = await firstRow(file);
    if (first === undefined) continue;
    const { success, data } = vectorRow.safeParse(first);
    if (!success)
      throw new BotError(
        'invalid_input',
        `${file} was not written by \`npm run export\`. For other Parquet files there is \`npm run import\`.`,
      );
    return { name: data.vector_model, dimensions: data.prompt_vector.length };
  }
  throw new BotError('not_found', `${files.prompts} holds nothing to restore.`);
}

/** Rows in a file. Throws BotError `invalid_input` for one that is not a whole Parquet file: it must end with its footer. */
export async function rowsInFile(filename: string): Promise<number> {
  try {
    return Number((await parquetMetadataAsync(await asyncBufferFromFile(filename))).num_rows);
  } catch (cause) {
    throw new BotError('invalid_input', `${filename} is no whole Parquet file.`, { cause });
  }
}

async function mustExist(file: string): Promise<void> {
  try {
    await access(file);
  } catch (cause) {
    throw new BotError(
      'not_found',
      `The file ${file} can't be read. An export is four files, whose names begin alike: keep them together.`,
      { cause },
    );
  }
}

async function firstRow(filename: string): Promise<Record<string, unknown>[]> {
  try {
    const file = await asyncBufferFromFile(filename);
    const columns = ['vector_model', 'prompt_vector'];
    return await parquetReadObjects({ file, columns, compressors, rowStart: 0, rowEnd: 1 });
  } catch (cause) {
    throw new BotError('invalid_input', `${filename} can't be read as a Parquet file of \`npm run export\`.`, {
      cause,
    });
  }
}
