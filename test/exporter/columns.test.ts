import path from 'node:path';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { backupTables } from '../../src/store/backup-tables.ts';
import { createConnection } from '../../src/store/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { connectChdb } from '../../src/store/dialects/chdb.ts';
import { temporaryFolder } from '../store/folders.ts';
import { model } from '../store/samples.ts';

const { folder, remove } = temporaryFolder();
afterAll(remove);

it('an export holds every column of every table, and a restore fills them all', async () => {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: pino({ level: 'silent' }) });
  await database.store(model);
  const connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
  // The schema's own bookkeeping is what a new database has anyway.
  const query = `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND default_kind != 'EPHEMERAL'
  AND table NOT IN ('meta', 'migrations') ORDER BY table, name`;
  const columns = await connection.read(query, { row: z.object({ table: z.string(), name: z.string() }) });
  await connection.close();
  await database.close();

  const inserts = Object.values(backupTables).flatMap(({ inserts }) => inserts.map((insert) => insert('source')));
  const filled = new Map(
    inserts.map((insert): [string, string[]] => {
      const [, table = '', list = ''] = /^INSERT INTO (\w+) \(([^)]*)\)/.exec(insert) ?? [];
      return [table, list.split(',').map((column) => column.trim())];
    }),
  );
  expect([...filled.keys()].toSorted()).toEqual([...new Set(columns.map(({ table }) => table))]);
  for (const table of new Set(columns.map(({ table }) => table))) {
    const names = columns.filter((column) => column.table === table).map(({ name }) => name);
    expect(filled.get(table)?.toSorted(), table).toEqual(names);
  }
  for (const { select, columns: declared, inserts: statements } of Object.values(backupTables)) {
    const read = statements.map((insert) => insert('').split('\nSELECT')[1] ?? '').join();
    for (const [name] of declared.matchAll(/(?<=^|, |,\s+)[a-z_]+(?= [A-Z])/g)) {
      if (read.includes(name)) expect(select, name).toContain(name);
    }
  }
});
