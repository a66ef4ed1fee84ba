import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, unauthorized } from './api-error.ts';
import { readBody } from './body.ts';
import type { Fault, Faults } from './faults.ts';
import { minimalAnswer, missingStatus } from './minimal.ts';
import type { RateLimits } from './rate-limits.ts';
import { findRoute, type Route, type RouteContext } from './routes.ts';
import type { World } from './world.ts';

export interface LoggedRequest {
  method: string;
  path: string;
  status: number;
  body: unknown;
  /** Milliseconds since 1970. */
  at: number;
}

export interface ServerParts {
  world: World;
  routes: readonly Route[];
  faults: Faults;
  limits: RateLimits;
  requests: LoggedRequest[];
  /** Answers with nothing optional, see minimal.ts. */
  minimal: boolean;
  context(): Pick<RouteContext, 'world' | 'gateway' | 'interactions' | 'origin'>;
}

/** The REST API below `/api/v10`, and the files of the CDN. https://discord.com/developers/docs/reference */
export function createHttpServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (url.pathname.startsWith('/attachments/')) sendFile(parts.world, url, response);
    else void answer(parts, request, response, url);
  });
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(parts: ServerParts, request: IncomingMessage, response: ServerResponse, url: URL) {
  const method = request.method ?? 'GET';
  const path = url.pathname.replace(/^\/api\/v\d+/, '');
  const entry: LoggedRequest = { method, path, status: 0, body: undefined, at: Date.now() };
  parts.requests.push(entry);
  try {
    const { json, files } = await readBody(request);
    entry.body = json;
    if (misbehave(parts.faults.take(method, path, 'before', json), response, entry)) return;
    const wait = parts.limits.count(method, path, response);
    if (wait !== undefined) return refuseFor(response, entry, wait, false);
    const absent = parts.minimal ? missingStatus(method, path) : undefined;
    if (absent) return send(response, entry, absent, { message: `${absent}: not offered`, code: 0 });
    const found = findRoute(parts.routes, method, path);
    if (!found) throw new ApiError(404, 0, '404: Not Found');
    if (found.route.auth === 'bot' && request.headers.authorization !== `Bot ${parts.world.token}`)
      throw unauthorized();
    const value = await found.route.run({
      ...parts.context(),
      params: found.params,
      query: url.searchParams,
      body: json,
      files,
    });
    if (misbehave(parts.faults.take(method, path, 'after', json), response, entry)) return;
    const told = parts.minimal ? minimalAnswer(path, value) : value;
    send(response, entry, told === undefined ? 204 : 200, told);
  } catch (error) {
    sendError(response, entry, error);
  }
}

function misbehave(fault: Fault | undefined, response: ServerResponse, entry: LoggedRequest): boolean {
  if (!fault) return false;
  if (fault.answer === 'hang') return true;
  if (fault.answer === 'drop') response.destroy();
  else if (fault.answer === 429) refuseFor(response, entry, fault.retryAfter ?? 0.2, fault.global ?? false);
  else if (fault.answer === 401) sendError(response, entry, unauthorized());
  else send(response, entry, fault.answer, { message: `${fault.answer}: Trouble`, code: 0 });
  return true;
}

/** https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit */
function refuseFor(response: ServerResponse, entry: LoggedRequest, seconds: number, global: boolean) {
  response.setHeader('Retry-After', seconds.toFixed(3));
  if (global) response.setHeader('X-RateLimit-Global', 'true');
  response.setHeader('X-RateLimit-Scope', global ? 'global' : 'user');
  send(response, entry, 429, { message: 'You are being rate limited.', retry_after: seconds, global });
}

function sendError(response: ServerResponse, entry: LoggedRequest, error: unknown) {
  if (!(error instanceof ApiError)) {
    send(response, entry, 500, { message: `the fake itself failed: ${error}`, code: 0 });
    return;
  }
  const { status, code, message, errors } = error;
  send(response, entry, status, { message, code, ...(errors === undefined ? {} : { errors }) });
}

function send(response: ServerResponse, entry: LoggedRequest, status: number, value: unknown) {
  entry.status = status;
  if (value === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Links carry their end in hex seconds; without it, or after it, the file is not there. */
function sendFile(world: World, url: URL, response: ServerResponse) {
  const file = world.files.get(url.pathname);
  const expires = Number.parseInt(url.searchParams.get('ex') ?? '0', 16) * 1000;
  if (!file || expires < world.clock.now()) {
    response.writeHead(404).end('This content is no longer available.');
    return;
  }
  response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes);
}
