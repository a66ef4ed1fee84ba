import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import {
  GatewayCloseCodes,
  GatewayDispatchEvents,
  type GatewayIdentifyData,
  GatewayOpcodes,
  type GatewayReceivePayload,
  type GatewayResumeData,
  type GatewaySendPayload,
} from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import { forSession, type IntentScope, identifyFault, isForShard } from './gateway-rules.ts';
import { minimalEvent } from './minimal.ts';
import { guildPayload } from './payloads.ts';
import type { World } from './world.ts';

interface Session {
  id: string;
  intents: number;
  shard: [number, number];
  sequence: number;
  /** Sent events, for a replay. */
  events: { s: number; t: string; d: unknown }[];
  socket: WebSocket | undefined;
}

export interface FakeGateway {
  /** Sends an event to every session that should get it; sessions whose connection is down get it when they resume. */
  dispatch(event: GatewayDispatchEvents, data: object, scope?: IntentScope): void;
  /** Closes every connection with this code; 1006 cuts it without a word. */
  drop(code: number): void;
  /** Op 7. https://discord.com/developers/docs/events/gateway-events#reconnect */
  askReconnect(): void;
  /** Op 9. https://discord.com/developers/docs/events/gateway-events#invalid-session */
  invalidate(resumable: boolean): void;
  /** Heartbeats stay unanswered: a zombie connection. */
  muteAcks(muted: boolean): void;
  /** RESUME stays unanswered, while heartbeats are acked. */
  ignoreResumes(ignored: boolean): void;
  /** Every IDENTIFY is closed with this code. */
  refuseIdentify(code: number | undefined): void;
  /** What clients did, in order. */
  readonly log: { op: 'identify' | 'resume' | 'close'; shard?: [number, number]; intents?: number; code?: number }[];
  /** Sessions that get events now. */
  readonly connected: number;
  close(): void;
}

/** The gateway. https://discord.com/developers/docs/events/gateway */
export function createGateway(
  world: World,
  http: Server,
  options: { url(): string; heartbeatMs: number; minimal: boolean },
): FakeGateway {
  const server = new WebSocketServer({ server: http });
  const sessions = new Map<string, Session>();
  const log: FakeGateway['log'] = [];
  const trouble = { acks: true, resumes: true, refuse: undefined as number | undefined };

  server.on('connection', (socket) => {
    let session: Session | undefined;
    send(socket, { op: GatewayOpcodes.Hello, d: { heartbeat_interval: options.heartbeatMs }, s: null, t: null });
    socket.on('message', (raw) => {
      const payload = JSON.parse(raw.toString()) as GatewaySendPayload;
      if (payload.op === GatewayOpcodes.Heartbeat) {
        if (trouble.acks) send(socket, { op: GatewayOpcodes.HeartbeatAck, s: null, t: null } as GatewayReceivePayload);
      } else if (payload.op === GatewayOpcodes.Identify) session = identify(socket, payload.d);
      else if (payload.op === GatewayOpcodes.Resume) session = resume(socket, payload.d);
      else if (!session) socket.close(GatewayCloseCodes.NotAuthenticated);
    });
    socket.on('close', (code) => {
      log.push({ op: 'close', code });
      if (session?.socket === socket) session.socket = undefined;
      // A client that closes with 1000 or 1001 gives its session up: .../topics/gateway#disconnecting
      if (session && (code === 1000 || code === 1001)) sessions.delete(session.id);
    });
  });

  function identify(socket: WebSocket, data: GatewayIdentifyData): Session | undefined {
    const shard: [number, number] = [data.shard?.[0] ?? 0, data.shard?.[1] ?? 1];
    log.push({ op: 'identify', shard, intents: data.intents });
    const fault = trouble.refuse ?? identifyFault(world, data);
    if (fault) {
      socket.close(fault);
      return undefined;
    }
    const session: Session = { id: randomUUID(), intents: data.intents, shard, sequence: 0, events: [], socket };
    sessions.set(session.id, session);
    const guilds = [...world.guilds.values()].filter((guild) => guild.hasBot && isForShard(guild.id, shard));
    deliver(session, GatewayDispatchEvents.Ready, {
      v: 10,
      user: world.bot,
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: options.url(),
      shard,
      application: { id: world.applicationId, flags: 0 },
    });
    if (!options.minimal)
      for (const guild of guilds) deliver(session, GatewayDispatchEvents.GuildCreate, guildPayload(world, guild));
    return session;
  }

  function resume(socket: WebSocket, data: GatewayResumeData): Session | undefined {
    log.push({ op: 'resume' });
    if (!trouble.resumes) return undefined;
    const session = sessions.get(data.session_id);
    if (!session || data.token !== world.token) {
      send(socket, { op: GatewayOpcodes.InvalidSession, d: false, s: null, t: null });
      return undefined;
    }
    session.socket = socket;
    for (const event of session.events.filter(({ s }) => s > data.seq)) sendEvent(socket, event);
    deliver(session, GatewayDispatchEvents.Resumed, {});
    return session;
  }

  function deliver(session: Session, t: string, data: object) {
    session.sequence += 1;
    const d = options.minimal ? minimalEvent(t, data) : data;
    const event = { s: session.sequence, t, d };
    session.events.push(event);
    if (session.socket) sendEvent(session.socket, event);
  }

  return {
    dispatch(event, data, scope = {}) {
      for (const session of sessions.values()) {
        const seen = forSession(world, event, data, { ...scope, intents: session.intents, shard: session.shard });
        if (seen) deliver(session, event, seen);
      }
    },
    drop(code) {
      for (const socket of server.clients) code === 1006 ? socket.terminate() : socket.close(code);
    },
    askReconnect() {
      for (const socket of server.clients) {
        send(socket, { op: GatewayOpcodes.Reconnect, d: null, s: null, t: null } as unknown as GatewayReceivePayload);
      }
    },
    invalidate(resumable) {
      if (!resumable) sessions.clear();
      for (const socket of server.clients) {
        send(socket, { op: GatewayOpcodes.InvalidSession, d: resumable, s: null, t: null });
      }
    },
    muteAcks(muted) {
      trouble.acks = !muted;
    },
    ignoreResumes(ignored) {
      trouble.resumes = !ignored;
    },
    refuseIdentify(code) {
      trouble.refuse = code;
    },
    log,
    get connected() {
      return [...sessions.values()].filter(({ socket }) => socket !== undefined).length;
    },
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function sendEvent(socket: WebSocket, event: { s: number; t: string; d: unknown }) {
  socket.send(JSON.stringify({ op: GatewayOpcodes.Dispatch, ...event }));
}

function send(socket: WebSocket, payload: GatewayReceivePayload) {
  socket.send(JSON.stringify(payload));
}
