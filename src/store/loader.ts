import { createHash } from 'node:crypto';
import { closeSync, openSync, rmSync, write } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Clients, type Dialect, type Settings, settingsClause } from './dialects/dialect.ts';
import { insertJson } from './json-rows.ts';
import { type Column, encodeRowBinary } from './row-binary.ts';

/** Many rows into a table, as one block: all of them or none, on disk when it resolves. */
export interface Loader {
  load<Row>(table: string, columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void>;
}

const loadSettings: Settings = {
  // The engine gathers what it reads into one block up to this many rows; a number of bytes would end it earlier.
  min_insert_block_size_rows: 1_048_449,
  min_insert_block_size_bytes: 0,
  // By default the engine drops no repeated INSERT ... SELECT, for it can't know that a file says the same twice.
  deduplicate_insert_select: 'enable_even_for_bad_queries',
};

/** The engine runs in this process: it reads the rows from a file on its own disk, for its client passes text alone. */
export function localLoader({ bulk }: Pick<Clients, 'bulk'>, folder: string): Loader {
  return {
    async load(table, columns, rows) {
      const bytes = encodeRowBinary(columns, rows);
      const names = columns.map(({ name }) => name).join(', ');
      const types = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
      // Its own digest of the rows: the engine's is another one for the first rows of a table.
      const insert_deduplication_token = createHash('sha256').update(bytes).digest('hex');
      const settings = settingsClause({ ...loadSettings, insert_deduplication_token });
      await withNamelessFile(folder, bytes, (file) =>
        bulk.command({
          query: `INSERT INTO ${table} (${names}) ${settings} SELECT ${names} FROM file(${file}, 'RowBinary', '${types}')`,
        }),
      );
    },
  };
}

/** The engine is a server. */
export function remoteLoader({ bulk }: Pick<Clients, 'bulk'>, dialect: Dialect): Loader {
  return {
    load: (table, columns, rows) =>
      insertJson(
        bulk,
        table,
        rows.map((row) => Object.assign({}, ...columns.map((column) => jsonCells(dialect, column, row)))),
      ),
  };
}

function jsonCells<Row>(dialect: Dialect, column: Column<Row>, row: Row): Readonly<Record<string, unknown>> {
  return column.type === 'Array(Float32)'
    ? dialect.vectorCells(column.name, column.cell(row))
    : { [column.name]: column.cell(row) };
}

const writeAt = promisify(write);

/** A file that has lost its name before anything is in it, so that it ends with this process, however that ends; `work` gets its descriptor. */
async function withNamelessFile(
  folder: string,
  bytes: Buffer,
  work: (file: number) => Promise<unknown>,
): Promise<void> {
  const name = path.join(folder, 'rows-to-load');
  // One name serves all, and what a crash left under it is replaced: nothing of this process comes between the two calls.
  const file = openSync(name, 'w+');
  try {
    rmSync(name);
    // At positions, for the engine reads from where the descriptor stands.
    for (let start = 0; start < bytes.length; ) {
      start += (await writeAt(file, bytes, start, bytes.length - start, start)).bytesWritten;
    }
    await work(file);
  } finally {
    closeSync(file);
  }
}
