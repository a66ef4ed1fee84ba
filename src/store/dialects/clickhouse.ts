import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { BotError } from '../../errors.ts';
import { toBotError } from '../failures.ts';
import type { Dialect, Session } from './dialect.ts';
import { serverVersion, stockSql } from './stock.ts';
import { scannedWords } from './words.ts';

/** The index of words is there without a setting since 26.2. */
function dialectOf(version: string): Dialect {
  return { name: 'clickhouse', ...stockSql, ...(isAtLeast(version, 26, 2) ? {} : scannedWords) };
}

/**
 * Connects to a ClickHouse server: `http://user:password@host:8123/database`.
 * Throws BotError `database_unavailable` when it can't be reached, refuses the login, lacks the database or is older than 25.8.
 */
export async function connectClickHouse(address: string): Promise<Session> {
  const { url, place, ...login } = parseAddress(address);
  const client = createClient({
    url,
    ...login,
    application: 'promptory',
    request_timeout: 300_000,
    // Must stay below the server's keep-alive, 3 s in the cloud, or the server closes sockets under us.
    keep_alive: { idle_socket_ttl: 2_000 },
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
  });
  try {
    const version = await serverVersion(client);
    requireVectorIndex(version, place);
    return {
      dialect: dialectOf(version),
      engine: `ClickHouse ${version}`,
      place,
      clients: { read: [client], log: client, bulk: client },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw toBotError(error, { place });
  }
}

function parseAddress(address: string) {
  const { protocol, host, username, password, pathname } = new URL(address);
  const database = decodeURIComponent(pathname.slice(1)) || 'default';
  return {
    url: `${protocol}//${host}`,
    place: `${host}/${database}`,
    username: decodeURIComponent(username) || 'default',
    password: decodeURIComponent(password),
    database,
  };
}

function isAtLeast(version: string, leastMajor: number, leastMinor: number): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function requireVectorIndex(version: string, place: string): void {
  if (isAtLeast(version, 25, 8)) return;
  throw new BotError(
    'database_unavailable',
    `The ClickHouse server at ${place} is version ${version}; its vector index needs 25.8 or later. Update the server, or remove CLICKHOUSE_URL to use the embedded database.`,
  );
}
