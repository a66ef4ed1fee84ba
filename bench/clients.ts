import path from 'node:path';
import { z } from 'zod';
import { type Connection, createConnection } from '../src/store/connection.ts';
import { connectChdb } from '../src/store/dialects/chdb.ts';
import { rowCount } from '../src/store/row-count.ts';
import { corpusQuery } from '../src/store/search.ts';
import { clusteredVectors } from '../test/store/vectors.ts';
import { dimensions, fill, milliseconds, quantile, rounded, withFolder, withStore } from './corpus.ts';
import { syntheticPrompts } from './prompts.ts';

const queries = 40;

/** Searches while a slow query runs: through several clients without bound parameters (as it is), and through one, and with them. */
export async function benchClients(rows: number): Promise<Record<string, string | number>> {
  const nextVector = clusteredVectors(1, dimensions);
  return withFolder((folder) =>
    withStore(folder, async (store) => {
      await fill(store, rows, { nextVector, nextPrompt: syntheticPrompts(1) });
      await store.warm();
      const session = await connectChdb(path.join(folder, 'chdb'));
      const [first] = session.clients.read;
      if (!first) throw new Error('the engine gave no client');
      const several = createConnection(session);
      const single = createConnection({ ...session, clients: { ...session.clients, read: [first] } });
      const bound = createConnection({ ...session, dialect: { ...session.dialect, inlined: [] } });
      const idle = await searches(several, nextVector, async () => {});
      const asItIs = await searches(several, nextVector, () => slow(several));
      const throughOne = await searches(single, nextVector, () => slow(single));
      const withBound = await searches(bound, nextVector, () => slow(bound));
      await several.close();
      return {
        rows,
        ...figures('alone', idle),
        ...figures('beside a slow query', asItIs),
        ...figures('beside it, one client', throughOne),
        ...figures('beside it, bound parameters', withBound),
      };
    }),
  );
}

function figures(name: string, times: readonly number[]) {
  return {
    [`${name}: p50, ms`]: rounded(quantile(times, 0.5)),
    [`${name}: p95, ms`]: rounded(quantile(times, 0.95)),
  };
}

const limit = 30;

/** Each search begins just after a slow query did. */
async function searches(
  connection: Connection,
  nextVector: () => Float32Array,
  disturb: () => Promise<unknown>,
): Promise<number[]> {
  const { dialect } = connection;
  const settings = dialect.searchSettings(await rowCount(connection, 'prompts'), limit);
  const times: number[] = [];
  for (let query = 0; query < queries; query++) {
    const disturbance = disturb();
    const parameters = { vector: dialect.encodeVector(nextVector()), limit };
    times.push(
      await milliseconds(() =>
        connection.read(corpusQuery(dialect, 'prompts'), { row: z.unknown(), parameters, settings }),
      ),
    );
    await disturbance;
  }
  return times;
}

/** Waits in the engine and takes no core: what is measured is who waits for whom. */
function slow(connection: Connection): Promise<unknown> {
  return connection.read('SELECT sleep({limit:Float32} / 10) AS slept', { row: z.unknown(), parameters: { limit: 2 } });
}
