import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ImageServerRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Aborted when the client hangs up. */
  gone: AbortSignal;
}

export type ImageServerReply =
  | { status: number; json: unknown; headers?: Record<string, string> }
  | { status: number; body: string; type: string }
  /** Never answers. */
  | 'hang'
  /** Resets the connection before any answer, as a crashing process does. */
  | 'reset'
  /** Announces a longer body than it sends, then closes. */
  | 'cut';

type Route = (request: ImageServerRequest) => ImageServerReply | Promise<ImageServerReply>;

export interface ImageServer {
  url: string;
  requests: ImageServerRequest[];
  /** Answers the next requests whose path ends so, one each, before the routes are asked, which they are for `as usual`. */
  script(pathEnd: string, ...replies: (ImageServerReply | 'as usual')[]): void;
  /** Answers those that wait now and whose path ends so, as a gateway before the server does: what was asked for goes on. */
  answerWaiting(pathEnd: string, reply: ImageServerReply): void;
  /** Every connection breaks, as the network does: what was asked for goes on. */
  breakConnections(): void;
  close(): Promise<void>;
}

/** A server on a free port, with faults by script. */
export async function startImageServer(route: Route): Promise<ImageServer> {
  const requests: ImageServerRequest[] = [];
  const scripted: { pathEnd: string; reply: ImageServerReply | 'as usual' }[] = [];
  const waiting = new Map<ServerResponse, string>();
  const server = createServer(async (incoming, outgoing) => {
    const request = await read(incoming, outgoing);
    if (!request) return;
    requests.push(request);
    const at = scripted.findIndex(({ pathEnd }) => request.path.endsWith(pathEnd));
    const [next] = at < 0 ? [] : scripted.splice(at, 1);
    waiting.set(outgoing, request.path);
    const reply = next && next.reply !== 'as usual' ? next.reply : await route(request);
    if (waiting.delete(outgoing)) answer(outgoing, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script(pathEnd, ...replies) {
      scripted.push(...replies.map((reply) => ({ pathEnd, reply })));
    },
    answerWaiting(pathEnd, reply) {
      for (const [outgoing, path] of waiting) {
        if (path.endsWith(pathEnd) && waiting.delete(outgoing)) answer(outgoing, reply);
      }
    },
    breakConnections() {
      for (const outgoing of waiting.keys()) outgoing.socket?.resetAndDestroy();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage, outgoing: ServerResponse): Promise<ImageServerRequest | undefined> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch {
    // The client hung up while it was sending.
    return undefined;
  }
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
    gone: gone.signal,
  };
}

function answer(outgoing: ServerResponse, reply: ImageServerReply): void {
  if (reply === 'hang') return;
  if (reply === 'reset') outgoing.socket?.resetAndDestroy();
  else if (reply === 'cut') {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': 10_000 });
    outgoing.write('{"images": ["iVBORw0KGgo', () => outgoing.destroy());
  } else if ('json' in reply) {
    outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    outgoing.end(JSON.stringify(reply.json));
  } else outgoing.writeHead(reply.status, { 'content-type': reply.type }).end(reply.body);
}

/** An address where nothing listens. */
export async function addressOfNothing(): Promise<string> {
  const server = await startImageServer(() => 'hang');
  await server.close();
  return server.url;
}
