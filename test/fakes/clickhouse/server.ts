import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brokenOff, sendAnswer } from './answer.ts';
import { createEngine, type Engine, type EngineKind } from './engine.ts';
import { fail, serverError } from './exceptions.ts';
import { createFaults, type Faults, givesUp } from './faults.ts';
import type { VectorIndexes } from './myscale/vector-indexes.ts';
import { type Request, readRequest } from './request.ts';

export interface ClickHouseServerOptions {
  /** Where the engine keeps its data; one folder a process. */
  folder: string;
  user?: string;
  password?: string;
  kind?: EngineKind;
  /** The server closes a socket that was idle for so long: 3 s in the cloud, 10 s by default elsewhere. */
  keepAliveMs?: number;
}

export interface ClickHouseServer {
  /** As CLICKHOUSE_URL takes it, with user, password and database. */
  url: string;
  /** Every request that was understood, oldest first. */
  requests: readonly Request[];
  faults: Faults;
  /** MyScale's, and how far they are built. */
  vectorIndexes: VectorIndexes;
  /** How many connections were made so far. */
  connections(): number;
  /** Closes the connections that wait for a request, as at the end of their keep-alive, only sooner than the header said. */
  closeIdle(): void;
  close(): Promise<void>;
}

/**
 * ClickHouse's HTTP interface (https://clickhouse.com/docs/interfaces/http) with chDB as the engine: no state stays between requests.
 * With `kind: 'myscale'` it speaks MyScale's SQL instead (test/fakes/clickhouse/myscale).
 */
export async function startClickHouse(options: ClickHouseServerOptions): Promise<ClickHouseServer> {
  const { folder, user = 'default', password = '', kind = 'clickhouse', keepAliveMs = 10_000 } = options;
  const engine = createEngine(folder, kind);
  const faults = createFaults();
  const requests: Request[] = [];
  const login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  // Node's limit of 16 KB for address and headers stands for the proxies that people put before a server.
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (message, response) => {
    handle(message, response, { engine, faults, requests, login }).catch((error) => fail(response, error));
  });
  let connections = 0;
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/default`,
    requests,
    faults,
    vectorIndexes: engine.vectorIndexes,
    connections: () => connections,
    closeIdle: () => server.closeIdleConnections(),
    async close() {
      server.close();
      server.closeAllConnections();
      engine.close();
    },
  };
}

interface Parts {
  engine: Engine;
  faults: Faults;
  requests: Request[];
  login: string;
}

async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  { engine, faults, requests, login }: Parts,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://server');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  if (message.headers.authorization !== login) {
    throw serverError(516, 'Authentication failed: password is incorrect, or there is no user with such name.');
  }
  const request = await readRequest(message, url.searchParams);
  if (request.database !== 'default') throw serverError(81, `Database ${request.database} does not exist.`);
  requests.push(request);
  const fault = faults.take(request.query);
  if (fault && (await givesUp(fault, 'before', message, response))) return;
  const result = await engine.run(request);
  if (fault && (await givesUp(fault, 'after', message, response))) return;
  sendAnswer(response, request, fault === 'exception in the middle' ? brokenOff(result) : result);
}
