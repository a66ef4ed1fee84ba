import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Clients, type Settings, settingsClause } from './dialects/dialect.ts';

/** Tables to and from Parquet files on this machine's disk, whole tables at a time and never in this process's memory. */
export interface ParquetFiles {
  /** Writes what a SELECT gives; a file that is there is replaced. */
  save(query: string, file: string): Promise<void>;
  /** Runs `INSERT INTO … SELECT … FROM ${source}` with the rows of a file, whose columns are declared as ClickHouse types. */
  load(insert: (source: string) => string, columns: string, file: string): Promise<void>;
}

// Bounds the memory of a writer: a row with its vector takes 2 to 3 kB.
const writeSettings: Settings = { output_format_parquet_row_group_size: 16_384, engine_file_truncate_on_insert: 1 };

/** The engine runs in this process and opens the file itself. */
export function localParquet({ bulk }: Pick<Clients, 'bulk'>): ParquetFiles {
  return {
    async save(query, file) {
      const statement = `INSERT INTO FUNCTION file({file:String}, 'Parquet') ${query} ${settingsClause(writeSettings)}`;
      await bulk.command({ query: statement, query_params: { file } });
    },
    async load(insert, columns, file) {
      const statement = insert(`file({file:String}, 'Parquet', {columns:String})`);
      await bulk.command({ query: statement, query_params: { file, columns } });
    },
  };
}

/** The engine is a server: the file goes over the wire. */
export function remoteParquet({ bulk }: Pick<Clients, 'bulk'>): ParquetFiles {
  return {
    async save(query, file) {
      const { stream } = await bulk.exec({
        query: `${query} ${settingsClause({ output_format_parquet_row_group_size: 16_384 })} FORMAT Parquet`,
      });
      await pipeline(stream, createWriteStream(file));
    },
    async load(insert, columns, file) {
      // `input` takes its columns as a literal only; they are our own words.
      const { stream } = await bulk.exec({
        query: `${insert(`input('${columns.replaceAll("'", "\\'")}')`)} FORMAT Parquet`,
        values: createReadStream(file),
      });
      for await (const _ of stream);
    },
  };
}
