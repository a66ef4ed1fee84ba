import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Session } from 'chdb';

export interface ClickHouseServerOptions {
  /** Where the engine keeps its data; one folder a process. */
  folder: string;
  user?: string;
  password?: string;
}

export interface ClickHouseServer {
  /** As CLICKHOUSE_URL takes it, with user, password and database. */
  url: string;
  close(): Promise<void>;
}

interface Request {
  query: string;
  format: string;
  settings: [name: string, value: string][];
  parameters: Record<string, unknown>;
}

/** ClickHouse's HTTP interface (https://clickhouse.com/docs/interfaces/http) with chDB as the engine: no state stays between requests. */
export async function startClickHouse(options: ClickHouseServerOptions): Promise<ClickHouseServer> {
  const { user = 'default', password = '' } = options;
  // The engine stops with its last session, and every request has one of its own.
  const keptOpen = new Session(options.folder);
  const login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  // Node's limit of 16 KB for address and headers stands for the proxies that people put before a server.
  const server = createServer((request, response) => {
    answer(request, response, options.folder, login).catch((error) => fail(response, error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/default`,
    async close() {
      server.close();
      server.closeAllConnections();
      keptOpen.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  login: string,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://server');
  if (url.pathname === '/ping') return void response.end('Ok.\n');
  if (request.headers.authorization !== login) {
    throw new Error('Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)');
  }
  const database = url.searchParams.get('database') ?? 'default';
  if (database !== 'default') {
    throw new Error(`Code: 81. DB::Exception: Database ${database} does not exist. (UNKNOWN_DATABASE)`);
  }
  const bytes = await run(folder, await readRequest(request, url.searchParams));
  response.setHeader('X-ClickHouse-Summary', JSON.stringify({ read_rows: '0', written_rows: '0' }));
  response.end(bytes);
}

async function run(folder: string, { query, format, settings, parameters }: Request): Promise<Uint8Array> {
  const session = new Session(folder);
  try {
    for (const [name, value] of settings) await session.queryAsync(`SET ${name} = '${value.replaceAll("'", "''")}'`);
    const result = await session.queryBindAsync(query, parameters, { format });
    return result.bytes();
  } finally {
    session.close();
  }
}

async function readRequest(request: IncomingMessage, url: URLSearchParams): Promise<Request> {
  const isForm = request.headers['content-type']?.startsWith('multipart/form-data') ?? false;
  const form = isForm ? await readForm(request) : new URLSearchParams();
  const body = isForm ? '' : await text(request);
  const fields = [...url, ...form];
  const query = [url.get('query') ?? form.get('query'), body].filter(Boolean).join('\n');
  return {
    query,
    format: url.get('default_format') ?? 'TabSeparated',
    settings: fields.filter(([name]) => !notSettings.has(name) && !name.startsWith('param_')),
    parameters: Object.fromEntries(
      fields
        .filter(([name]) => name.startsWith('param_'))
        .map(([name, value]) => [
          name.slice('param_'.length),
          decodeParameter(query, name.slice('param_'.length), value),
        ]),
    ),
  };
}

const notSettings = new Set([
  'query',
  'database',
  'query_id',
  'default_format',
  'enable_http_compression',
  'wait_end_of_query',
]);

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const { headers } = request;
  const form = await new Response(await text(request), {
    headers: { 'content-type': headers['content-type'] ?? '' },
  }).formData();
  return new URLSearchParams([...form].map(([name, value]) => [name, String(value)]));
}

/** chDB takes values and escapes them itself; HTTP carries them escaped, by the type the query declares. */
function decodeParameter(query: string, name: string, value: string): unknown {
  const type = new RegExp(`\\{${name}:([^}]+)\\}`).exec(query)?.[1];
  if (type === 'String') return withoutEscapes(value);
  if (type === 'Array(String)')
    return [...value.matchAll(/'((?:[^'\\]|\\.)*)'/gs)].map(([, item = '']) => withoutEscapes(item));
  if (type === 'Array(Float32)') return JSON.parse(value);
  return type === 'Float64' ? Number(value) : BigInt(value);
}

const escapes: Record<string, string> = { '0': '\0', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function withoutEscapes(value: string): string {
  return value.replaceAll(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}

// https://github.com/ClickHouse/ClickHouse/blob/master/src/Server/HTTP/exceptionCodeToHTTPStatus.cpp
const statuses: Record<string, number> = { 36: 400, 43: 400, 47: 404, 60: 404, 62: 400, 81: 404, 516: 403 };

function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1002';
  response.writeHead(statuses[code] ?? 500, { 'X-ClickHouse-Exception-Code': code });
  response.end(`${message} (version 25.8.1.1)\n`);
}
