import type { Config } from '../config.ts';
import type { Check } from '../doctor.ts';
import { BotError } from '../errors.ts';
import { connectServer } from './dialects/server.ts';

const timeoutMs = 10_000;

/** Whether the database server answers, lets us in, has the database and is new enough. Nothing is changed in it. */
export async function checkServer(url: string, { vectorIndex }: Pick<Config, 'vectorIndex'>): Promise<Check> {
  const name = 'Database server';
  try {
    const session = await connectServer(url, { vectorIndex, timeoutMs });
    await session.close();
    return { name, ok: true, detail: `${session.engine} at ${session.place}` };
  } catch (error) {
    if (!(error instanceof BotError)) throw error;
    return { name, ok: false, detail: error.message };
  }
}
