import { z } from 'zod';
import { backupTables } from './backup-tables.ts';
import type { Connection } from './connection.ts';

export interface BackupFiles {
  /** The corpus, in the columns that `npm run import` reads, with its vectors. */
  prompts: string;
  /** The vectors of the corpus's pictures. */
  images: string;
  /** The runs of the flow, each with its reactions and the messages that show it. */
  generations: string;
  /** Which pictures people sent, with whose they are: what is to be removed when somebody is forgotten. */
  uploads: string;
}

export interface Backup {
  /** Writes the whole database into Parquet files; those that are there are replaced. */
  save(files: BackupFiles): Promise<void>;
  /** How many rows each file would hold now. */
  rows(): Promise<Readonly<Record<keyof BackupFiles, number>>>;
  /** Adds what such files hold and the database does not. */
  load(files: BackupFiles, options?: { onFile?(name: keyof BackupFiles): void }): Promise<void>;
}

/** In the order in which they are written and read. */
export const backupNames = Object.keys(backupTables) as (keyof BackupFiles)[];

/** The whole database to and from Parquet files, vectors included; what made them stands beside them. */
export function createBackup({ parquet, read }: Pick<Connection, 'parquet' | 'read'>): Backup {
  return {
    async save(files) {
      for (const name of backupNames) await parquet.save(backupTables[name].select, files[name]);
    },
    async rows() {
      const counts = backupNames.map((name) => `(SELECT count() FROM (${backupTables[name].select})) AS ${name}`);
      const count = z.coerce.number();
      const row = z.object({ prompts: count, images: count, generations: count, uploads: count });
      // Seconds; 0 is no bound: a count of everything may take longer than a search.
      const settings = { max_execution_time: 0 };
      const [found] = await read(`SELECT ${counts.join(', ')}`, { row, settings });
      return row.parse(found);
    },
    async load(files, { onFile } = {}) {
      for (const name of backupNames) {
        onFile?.(name);
        const { inserts, columns } = backupTables[name];
        for (const insert of inserts) await parquet.load(insert, columns, files[name]);
      }
    },
  };
}
