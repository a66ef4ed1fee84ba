import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { settingsClause } from './dialects/dialect.ts';

// Asynchronous inserts, the default of new engines and of distributed tables, would acknowledge rows before they are stored.
const insertSettings = settingsClause({ async_insert: 0, insert_distributed_sync: 1 });

/** Stores rows, which share their columns, as one block. */
export async function insertJson(client: ClickHouseClient, table: string, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first).join(', ');
  const lines = rows.map((row) => wellFormed(JSON.stringify(row))).join('\n');
  const result = await client.exec({
    query: `INSERT INTO ${table} (${columns}) ${insertSettings} FORMAT JSONEachRow`,
    values: Readable.from([lines], { objectMode: false }),
  });
  await text(result.stream);
}

/** JSON.stringify escapes exactly the lone surrogates, which are no text and which the engine refuses. */
function wellFormed(json: string): string {
  return json.includes('\\ud') ? json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd') : json;
}
