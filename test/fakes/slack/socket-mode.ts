import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type DeliveryTiming, deliverWithRetries, type Transport } from './delivery.ts';
import type { Json } from './workspace.ts';

export interface SocketMode extends Transport {
  /** A new address for `apps.connections.open`; each opens one connection. */
  newUrl(base: string): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Slack recycles connections: it says so, goes on with them for a while, then closes. https://docs.slack.dev/apis/events-api/using-socket-mode/#disconnect */
  refresh(reason?: 'refresh_requested' | 'warning' | 'link_disabled'): void;
  /** Breaks the connections without a closing handshake. */
  drop(): void;
  /** Sends text that is no envelope. */
  mutter(text: string): void;
  /** Connections accept no acknowledgement any more: they are read and forgotten. */
  ignoreAcks(ignore: boolean): void;
  readonly connections: number;
  /** How many connections were opened so far. */
  readonly opened: number;
  connected(): Promise<void>;
  close(): void;
}

/** Slack closes about ten seconds after its warning; scaled. */
const closesAfterMs = 1500;

interface PendingAck {
  settle(payload: Json | undefined): void;
}

/**
 * The server's side of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode.
 * Pings come as WebSocket pings; the client closes when its own stay unanswered (SlackWebSocket.js of @slack/socket-mode).
 */
export function createSocketMode(appId: string, timing: DeliveryTiming, { minimal }: { minimal: boolean }): SocketMode {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const sockets = new Set<WebSocket>();
  const pending = new Map<string, PendingAck>();
  let opened = 0;
  let ignoring = false;
  const pings = setInterval(() => {
    if (!minimal) for (const socket of sockets) socket.ping();
  }, 5000);

  function welcome(socket: WebSocket) {
    opened += 1;
    sockets.add(socket);
    // One listener per envelope that is under way.
    socket.setMaxListeners(0);
    socket.on('message', (data) => acknowledge(JSON.parse(data.toString()) as Json));
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.terminate());
    const hello = {
      type: 'hello',
      num_connections: sockets.size,
      connection_info: { app_id: appId },
      debug_info: { host: 'applink-fake', started: '', build_number: 1, approximate_connection_time: 18060 },
    };
    socket.send(JSON.stringify(hello));
  }

  function acknowledge({ envelope_id: id, payload }: Json) {
    if (ignoring) return;
    const answer = payload && Object.keys(payload).length > 0 ? (payload as Json) : undefined;
    pending.get(String(id))?.settle(answer);
  }

  /** One of the app's connections gets the envelope; it counts as delivered once acknowledged. */
  function send(type: string, payload: Json, retry: number): Promise<{ acked: boolean; payload?: Json | undefined }> {
    const socket = [...sockets].at(-1);
    if (!socket) return Promise.resolve({ acked: false });
    const id = randomUUID();
    const envelope = {
      envelope_id: id,
      type,
      payload,
      accepts_response_payload: type !== 'events_api',
      ...(type === 'events_api' ? { retry_attempt: retry, retry_reason: retry > 0 ? 'timeout' : '' } : {}),
    };
    return new Promise((resolve) => {
      const finish = (acked: boolean, answer?: Json) => {
        clearTimeout(timer);
        pending.delete(id);
        socket.off('close', onClose);
        resolve({ acked, payload: answer });
      };
      const onClose = () => finish(false);
      const timer = setTimeout(() => finish(false), timing.ackMs);
      socket.on('close', onClose);
      pending.set(id, { settle: (answer) => finish(true, answer) });
      socket.send(JSON.stringify(envelope));
    });
  }

  return {
    deliver: (type, payload) => deliverWithRetries(type, timing, (retry) => send(type, payload, retry)),
    newUrl(base) {
      const ticket = randomUUID();
      tickets.add(ticket);
      if (minimal) return `${base.replace('http', 'ws')}/link/${ticket}`;
      return `${base.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${appId}`;
    },
    upgrade(request, socket, head) {
      const { searchParams, pathname } = new URL(request.url ?? '/', 'http://slack.invalid');
      const ticket = searchParams.get('ticket') ?? pathname.split('/').at(-1) ?? '';
      if (tickets.delete(ticket)) server.handleUpgrade(request, socket, head, welcome);
      else socket.destroy();
    },
    refresh(reason = 'refresh_requested') {
      for (const socket of sockets) {
        socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-fake' } }));
        setTimeout(() => socket.close(), closesAfterMs).unref();
      }
    },
    drop() {
      for (const socket of sockets) socket.terminate();
    },
    mutter(text) {
      for (const socket of sockets) socket.send(text);
    },
    ignoreAcks(ignore) {
      ignoring = ignore;
    },
    get connections() {
      return sockets.size;
    },
    get opened() {
      return opened;
    },
    async connected() {
      while (sockets.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close() {
      clearInterval(pings);
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}
