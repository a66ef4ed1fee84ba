import path from 'node:path';
import { pino } from 'pino';
import { openDatabase } from '../../src/store/database.ts';
import type { PromptStore } from '../../src/store/store.ts';
import type { VectorIndexChoice } from '../../src/vector-index-setting.ts';
import { type ClickHouseServer, type ClickHouseServerOptions, startClickHouse } from '../fakes/clickhouse/server.ts';
import { temporaryFolder } from './folders.ts';
import { model } from './samples.ts';

export interface OnServer {
  server: ClickHouseServer;
  store: PromptStore;
  close(): Promise<void>;
}

/** An empty store on a server of its own, over real HTTP. */
export async function openOnServer(
  options: Omit<ClickHouseServerOptions, 'folder'> & { vectorIndex?: VectorIndexChoice } = {},
): Promise<OnServer> {
  const { folder, remove } = temporaryFolder();
  const { vectorIndex, ...serverOptions } = options;
  const server = await startClickHouse({ folder: path.join(folder, 'server'), ...serverOptions });
  const closeServer = async () => {
    await server.close();
    remove();
  };
  try {
    const log = pino({ level: 'silent' });
    const database = await openDatabase({ dataDir: folder, clickhouseUrl: server.url, vectorIndex, log });
    const store = await database.store(model);
    return {
      server,
      store,
      async close() {
        await database.close();
        await closeServer();
      },
    };
  } catch (error) {
    await closeServer();
    throw error;
  }
}
