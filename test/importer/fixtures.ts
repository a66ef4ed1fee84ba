import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const { query } = createRequire(import.meta.url)('chdb') as { query(sql: string): { text(): string } | string };

/** The rows of a query as a Parquet file, written by the engine. */
export function parquetFile(select: string, settings?: string): Buffer {
  return written(
    'rows.parquet',
    (file) => `${select} INTO OUTFILE '${file}' FORMAT Parquet${settings ? ` SETTINGS ${settings}` : ''}`,
  );
}

/** A text compressed with zstd by the engine, since Node 20 can't. */
export function zstd(text: string): Buffer {
  const quoted = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return written('rows.zst', (file) => `SELECT '${quoted}' INTO OUTFILE '${file}' COMPRESSION 'zstd' FORMAT RawBLOB`);
}

function written(name: string, sql: (file: string) => string): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'import-fixture-'));
  try {
    query(sql(path.join(folder, name)));
    return readFileSync(path.join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
