import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Graph } from './graph.ts';
import { createJobs, type JobKind } from './jobs.ts';
import { createRoutes, type Request } from './routes.ts';

export interface FakeComfyuiOptions {
  models?: readonly string[];
  /** What `/system_stats` says. */
  version?: string;
  /** `POST /api/jobs/{id}/cancel` exists. */
  hasJobsApi?: boolean;
  /** Gives jobs ids of its own, as builds before July 2025. */
  choosesIds?: boolean;
  /** A text with which every workflow is rejected, as custom nodes do with what they find wrong. */
  rejects?: string;
  /** Lists choices as `["COMBO", {options}]`. */
  newObjectInfo?: boolean;
  /** `user:password` that every request and the websocket need. */
  login?: string;
  /** The websocket is refused. */
  noSocket?: boolean;
}

export interface FakeComfyui {
  url: string;
  requests: Request[];
  /** Workflows that were accepted, in order. */
  graphs: Graph[];
  /** Ids of jobs that were cancelled one by one. */
  cancelled: string[];
  /** How often everything that runs was interrupted, whose ever it was. */
  globalInterrupts: number;
  /** Submissions are accepted, but the answer is lost on the way, or a gateway answers in its place. */
  submission: 'answered' | 'lost' | 'gateway';
  /** How the next jobs go; then all are drawn. */
  script(...kinds: JobKind[]): void;
  /** Awaited before each step: holds a job where a test wants it. */
  pace: () => Promise<void>;
  /** Somebody else's job, that waits before ours or runs. */
  addForeignJob(): string;
  runningId(): string | undefined;
  waitingIds(): string[];
  sockets(): number;
  /** As when the process dies: every connection breaks and nothing listens any more. */
  crash(): void;
  /** As after a restart: nothing is known of earlier jobs. */
  forget(): void;
  close(): Promise<void>;
}

/** A ComfyUI on a free port of real sockets, after its server.py, execution.py and main.py. */
export async function startFakeComfyui(options: FakeComfyuiOptions = {}): Promise<FakeComfyui> {
  const sockets = new Map<string, WebSocket>();
  const send = (clientId: string | undefined, message: Buffer | { type: string; data: object }) => {
    // Messages without a client's id go to everyone, as `send_sync` without a sid does.
    const to = clientId === undefined ? [...sockets.values()] : [sockets.get(clientId)];
    for (const socket of to) socket?.send(Buffer.isBuffer(message) ? message : JSON.stringify(message));
  };
  const requests: Request[] = [];
  const uploads = new Map<string, Buffer>();
  const fake = {} as FakeComfyui;
  const jobs = createJobs({ send, uploads, pace: () => fake.pace(), dropSockets, crash });
  const server = createServer(createRoutes({ jobs, uploads, requests, options, fake }));
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake');
    const isAllowed = !options.login || request.headers.authorization === basic(options.login);
    if (pathname !== '/ws' || options.noSocket || !isAllowed) {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (opened) => {
      const id = searchParams.get('clientId') ?? '';
      sockets.set(id, opened);
      opened.on('close', () => sockets.delete(id));
      opened.on('message', (data) => jobs.heard(id, data.toString()));
      opened.send(JSON.stringify({ type: 'status', data: { status: { exec_info: { queue_remaining: 0 } }, sid: id } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function dropSockets() {
    for (const socket of sockets.values()) socket.terminate();
  }

  function crash() {
    dropSockets();
    server.closeAllConnections();
    server.close();
  }

  return Object.assign(fake, {
    url: `http://${options.login ? `${options.login}@` : ''}127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    graphs: jobs.graphs,
    cancelled: [],
    globalInterrupts: 0,
    submission: 'answered' as const,
    script: jobs.script,
    pace: () => new Promise<void>((resolve) => setImmediate(resolve)),
    addForeignJob: jobs.addForeign,
    runningId: () => jobs.running()?.id,
    waitingIds: () => jobs.pending().map(({ id }) => id),
    sockets: () => sockets.size,
    crash,
    forget: jobs.forget,
    async close() {
      jobs.forget();
      crash();
      await new Promise<void>((resolve) => upgrades.close(() => resolve()));
    },
  });
}

export function basic(login: string): string {
  return `Basic ${Buffer.from(decodeURIComponent(login)).toString('base64')}`;
}
