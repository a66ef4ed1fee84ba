import path from 'node:path';
import { createLog } from '../src/log.ts';
import { createConnection } from '../src/store/connection.ts';
import { openDatabase } from '../src/store/database.ts';
import { connectChdb } from '../src/store/dialects/chdb.ts';
import type { CorpusRow } from '../src/store/store.ts';
import { clusteredVectors } from '../test/store/vectors.ts';
import { milliseconds } from './corpus.ts';
import { promptOf, rounded } from './import-prompts.ts';

const dimensions = 512;
const insertedRows = 40_000;
const insertBatch = 8_000;

/** Rows with vectors through the store, and the same rows by `INSERT ... SELECT` from a Parquet file into a table of the same engine; both without index. */
export async function inserts(folder: string): Promise<Record<string, number>> {
  const database = await openDatabase({ dataDir: folder, clickhouseUrl: undefined, log: createLog('warn') });
  const connection = createConnection(await connectChdb(path.join(folder, 'chdb')));
  try {
    const store = await database.store({ name: 'bench', dimensions });
    await store.beginBulkLoad({ rows: insertedRows });
    const next = clusteredVectors(1, dimensions);
    const rows = Array.from({ length: insertedRows }, (_, index): CorpusRow => {
      const prompt = `${promptOf(index)} ${index}`;
      return { id: String(index), prompt, url: '', width: 512, height: 512, sourceSite: 'bench', promptVector: next() };
    });
    const columns = 'id, prompt, url, width, height, source_site, prompt_vector';
    await connection.command('CREATE TABLE raw AS prompts');
    let [own, raw] = [0, 0];
    // In turns, so that a machine whose speed drifts is as kind to one as to the other.
    for (let start = 0; start < rows.length; start += insertBatch) {
      own += await milliseconds(() => store.importPairs(rows.slice(start, start + insertBatch)));
      const parquet = path.join(folder, `rows-${start}.parquet`);
      const last = `SELECT ${columns} FROM prompts WHERE toUInt32(id) >= ${start}`;
      await connection.command(`${last} INTO OUTFILE '${parquet}' FORMAT Parquet`);
      raw += await milliseconds(() =>
        connection.command(`INSERT INTO raw (${columns}) SELECT * FROM file('${parquet}')`),
      );
    }
    return {
      'inserted rows/s': Math.round((1_000 * insertedRows) / own),
      'inserted rows/s, bare INSERT ... SELECT': Math.round((1_000 * insertedRows) / raw),
      'inserts / bare INSERT ... SELECT': rounded(raw / own, 2),
    };
  } finally {
    await connection.close();
    await database.close();
  }
}
