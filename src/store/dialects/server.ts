import type { ClickHouseClient, ClickHouseClientConfigOptions } from '@clickhouse/client';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { z } from 'zod';
import { BotError } from '../../errors.ts';
import { defaultVectorIndex, type VectorIndexChoice } from '../../vector-index-setting.ts';
import { toBotError } from '../failures.ts';
import { remoteLoader } from '../loader.ts';
import { remoteParquet } from '../parquet.ts';
import { retrying } from '../retry.ts';
import { clickhouse, olderClickHouse } from './clickhouse.ts';
import type { Dialect, Session } from './dialect.ts';
import { metricSettings, myscaleSql } from './myscale.ts';
import { rankedWords, scannedWords } from './words.ts';

export interface ServerOptions {
  /** For MyScale alone. */
  vectorIndex?: VectorIndexChoice | undefined;
  /** How long an answer may take. */
  timeoutMs?: number;
}

// A bulk insert, or an index of a bulk load, takes minutes.
const defaultTimeoutMs = 300_000;

// A statement that takes longer must be heard of meanwhile, or the timeout, or a proxy, ends its request. A header for each sign, which add up:
// https://github.com/ClickHouse/clickhouse-js/releases/tag/1.18.5
const signsOfLife: ClickHouseClientConfigOptions = {
  clickhouse_settings: { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '60000' },
  max_response_headers_size: 1_048_576,
};

/**
 * Connects to a ClickHouse or MyScale server, which it tells apart by asking: `http://user:password@host:8123/database`.
 * Throws BotError `database_unavailable` when it can't be reached, refuses the login, lacks the database or is too old.
 */
export async function connectServer(
  address: string,
  { vectorIndex, timeoutMs = defaultTimeoutMs }: ServerOptions = {},
): Promise<Session> {
  const { url, place, ...login } = parseAddress(address);
  const options: ClickHouseClientConfigOptions = {
    url,
    ...login,
    application: 'promptory',
    request_timeout: timeoutMs,
    // Must stay below the server's keep-alive, 3 s in the cloud, or the server closes sockets under us.
    keep_alive: { idle_socket_ttl: 2_000, eagerly_destroy_stale_sockets: true },
    use_multipart_params_auto: true,
    compression: { response: true, request: true },
    log: { level: ClickHouseLogLevel.OFF },
  };
  const client = createClient(options);
  const bulk = createClient({ ...options, ...signsOfLife });
  const close = async () => {
    await Promise.all([client.close(), bulk.close()]);
  };
  try {
    const server = await retrying.execute(() => askServer(client));
    const dialect = dialectOf(server, vectorIndex, place);
    return {
      dialect,
      engine: `${dialect.name === 'myscale' ? 'MyScale' : 'ClickHouse'} ${server.version}`,
      place,
      clients: { read: [client], log: client, bulk },
      rows: async (through, request) => (await through.query({ ...request, format: 'JSONEachRow' })).json(),
      loader: remoteLoader({ bulk }, dialect),
      parquet: remoteParquet({ bulk }),
      close,
    };
  } catch (error) {
    await close();
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

const serverRow = z.object({
  version: z.string(),
  /** MyScale's alone: https://github.com/myscale/MyScaleDB/blob/main/src/Storages/System/StorageSystemVectorIndices.cpp */
  has_vector_indices: z.coerce.number(),
  metric_settings: z.array(z.string()),
  /**
   * MyScale's full-text search: the one function comes with Tantivy, without which there is no index, the other with version 1.7
   * (https://github.com/myscale/MyScaleDB/blob/main/MYSCALE_CHANGELOG.md). `textsearch()` itself is no function: queries are rewritten.
   */
  text_functions: z.array(z.string()),
});

const textFunctions = ['ftsIndex', 'full_text_search'] as const;

type Server = z.infer<typeof serverRow>;

async function askServer(client: ClickHouseClient): Promise<Server> {
  const result = await client.query({
    query: `SELECT version() AS version,
  (SELECT count() FROM system.tables WHERE database = 'system' AND name = 'vector_indices') AS has_vector_indices,
  (SELECT groupArray(name) FROM system.merge_tree_settings WHERE name IN (${listed(metricSettings)})) AS metric_settings,
  (SELECT groupArray(name) FROM system.table_functions WHERE name IN (${listed(textFunctions)})) AS text_functions`,
    format: 'JSONEachRow',
  });
  const [server] = z.tuple([serverRow]).parse(await result.json());
  return server;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

function dialectOf(server: Server, vectorIndex: VectorIndexChoice | undefined, place: string): Dialect {
  const { version, has_vector_indices, metric_settings, text_functions } = server;
  if (has_vector_indices > 0) {
    requireVersion(version, [23, 3], `The MyScale server at ${place}`);
    return myscaleSql(vectorIndex ?? defaultVectorIndex, {
      metricSetting: metricSettings.find((name) => metric_settings.includes(name)) ?? metricSettings[0],
      words: textFunctions.every((name) => text_functions.includes(name)) ? rankedWords : scannedWords,
    });
  }
  if (vectorIndex) {
    throw new BotError(
      'invalid_settings',
      `VECTOR_INDEX is MyScale's, and the server at ${place} is ClickHouse ${version}, which has one kind: remove VECTOR_INDEX.`,
    );
  }
  requireVersion(version, [25, 8], `The ClickHouse server at ${place}`);
  return isAtLeast(version, [26, 2]) ? clickhouse : olderClickHouse;
}

function requireVersion(version: string, [leastMajor, leastMinor]: [number, number], server: string): void {
  if (isAtLeast(version, [leastMajor, leastMinor])) return;
  throw new BotError(
    'database_unavailable',
    `${server} is version ${version}; its vector index needs ${leastMajor}.${leastMinor} or later. Update the server, or remove CLICKHOUSE_URL to use the embedded database.`,
  );
}

function isAtLeast(version: string, [leastMajor, leastMinor]: [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
