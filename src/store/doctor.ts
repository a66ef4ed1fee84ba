import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Check } from '../doctor.ts';
import { BotError } from '../errors.ts';
import { openState } from '../state.ts';
import { type Connection, createConnection } from './connection.ts';
import { connectChdb } from './dialects/chdb.ts';
import type { Session } from './dialects/dialect.ts';
import { connectServer } from './dialects/server.ts';
import { modelNote } from './model-switch.ts';
import { unfinishedMove } from './move.ts';
import { createNotes } from './notes.ts';

export interface DatabaseCheck {
  check: Check;
  /** What the database was built with; undefined for a new one. */
  storedModel?: string | undefined;
  /** The model is not known: nobody may look while another program has the database, or it can't be reached. */
  isClosed?: boolean;
}

const timeoutMs = 10_000;

/** Whether the database answers, lets us in and can be used, and what it was built with. Nothing is changed in it. */
export function checkDatabase(
  config: Pick<Config, 'clickhouseUrl' | 'vectorIndex' | 'dataDir'>,
): Promise<DatabaseCheck> {
  const { clickhouseUrl } = config;
  return clickhouseUrl === undefined ? checkEmbedded(config) : checkServer(clickhouseUrl, config);
}

function checkServer(url: string, { vectorIndex }: Pick<Config, 'vectorIndex'>): Promise<DatabaseCheck> {
  return look('Database server', () => connectServer(url, { vectorIndex, timeoutMs }));
}

async function checkEmbedded({ dataDir }: Pick<Config, 'dataDir'>): Promise<DatabaseCheck> {
  const name = 'Embedded database';
  const folder = path.resolve(dataDir, 'chdb');
  if (!existsSync(folder)) return { check: { name, ok: true, detail: 'none yet: the first start makes it' } };
  try {
    // It tells who has the folder, and keeps it meanwhile.
    const state = openState(path.join(dataDir, 'state'));
    try {
      return await look(name, () => connectChdb(folder));
    } finally {
      await state.close();
    }
  } catch (error) {
    return { check: failed(name, error), isClosed: true };
  }
}

async function look(name: string, connect: () => Promise<Session>): Promise<DatabaseCheck> {
  try {
    const session = await connect();
    const connection = createConnection(session);
    try {
      const storedModel = await modelOf(connection);
      const detail = `${session.engine} at ${session.place}`;
      const unfinished = storedModel === undefined ? undefined : await unfinishedMove(connection);
      if (unfinished === undefined) return { check: { name, ok: true, detail }, storedModel };
      const doubt = `${detail}; the move to ${unfinished} is not finished: run \`npm run reembed\` with that model once more`;
      return { check: { name, ok: true, isDoubtful: true, detail: doubt }, storedModel };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { check: failed(name, error), isClosed: true };
  }
}

async function modelOf(connection: Connection): Promise<string | undefined> {
  const query = `SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'meta'`;
  const found = await connection.read(query, { row: z.object({ name: z.string() }) });
  return found.length > 0 ? createNotes(connection).note(modelNote) : undefined;
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof BotError)) throw error;
  if (error.code !== 'database_locked') return { name, ok: false, detail: error.message };
  const detail =
    'in use by another Promptory, such as the running bot: stop it to have the database and its model tried';
  return { name, ok: true, detail };
}
