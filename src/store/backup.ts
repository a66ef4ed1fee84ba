import { backupTables } from './backup-tables.ts';
import type { Connection } from './connection.ts';

export interface BackupFiles {
  /** The corpus, in the columns that `npm run import` reads, with its vectors. */
  prompts: string;
  /** The vectors of the corpus's pictures. */
  images: string;
  /** The runs of the flow, each with its reactions and the messages that show it. */
  generations: string;
}

export interface Backup {
  /** Writes the whole database into Parquet files; those that are there are replaced. */
  save(files: BackupFiles): Promise<void>;
  /** Adds what such files hold and the database does not. */
  load(files: BackupFiles): Promise<void>;
}

const names = Object.keys(backupTables) as (keyof BackupFiles)[];

/** The whole database to and from Parquet files, vectors included; what made them stands beside them. */
export function createBackup({ parquet }: Pick<Connection, 'parquet'>): Backup {
  return {
    async save(files) {
      for (const name of names) await parquet.save(backupTables[name].select, files[name]);
    },
    async load(files) {
      for (const name of names) {
        const { inserts, columns } = backupTables[name];
        for (const insert of inserts) await parquet.load(insert, columns, files[name]);
      }
    },
  };
}
