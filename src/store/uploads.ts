import { z } from 'zod';
import type { Connection } from './connection.ts';
import { removeRows } from './remove-rows.ts';
import type { PromptStore, UploadsOf } from './store.ts';

type Uploads = Pick<PromptStore, 'logUpload' | 'uploadsOf' | 'deleteUploads'>;

/** Pictures that people sent, by job and by person: what to remove when either is forgotten. */
export function createUploads(connection: Connection): Uploads {
  return {
    logUpload: ({ scope, job, user, key }) => connection.insert('uploads', [{ scope, job, user, key }]),
    async uploadsOf(scope, whose) {
      const rows = await connection.read(`SELECT DISTINCT key FROM uploads WHERE ${conditionOf(whose)}`, {
        row: z.object({ key: z.string() }),
        parameters: { scope, ...whose },
      });
      return rows.map(({ key }) => key);
    },
    deleteUploads: (scope, whose) => removeRows(connection, 'uploads', conditionOf(whose), { scope, ...whose }),
  };
}

function conditionOf(whose: UploadsOf): string {
  return `scope = {scope:String} AND ${'job' in whose ? 'job = {job:String}' : 'user = {user:String}'}`;
}
