import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DeliveryTiming, defaultTiming } from './delivery.ts';
import { createFaults, type Faults } from './faults.ts';
import { leastTransport } from './minimal.ts';
import { createPeople, type People } from './people.ts';
import { createSignedHttp } from './signed-http.ts';
import { createSocketMode, type SocketMode } from './socket-mode.ts';
import { type ApiCall, createWebApi, readBody } from './web-api.ts';
import { createWorkspace, type FakeChannel, type FakeMessage, type Json, type Workspace } from './workspace.ts';

export interface FakeSlackOptions {
  /** Set: events go as signed requests to this port of the app; else over Socket Mode. */
  http?: { port: number; signingSecret: string } | undefined;
  timing?: DeliveryTiming | undefined;
  processingMs?: number | undefined;
  /** Leaves out all that a Slack-compatible server may leave out: optional fields and methods, pings, one port for everything. */
  minimal?: boolean | undefined;
}

export interface FakeSlack {
  readonly workspace: Workspace;
  readonly people: People;
  readonly socket: SocketMode;
  readonly faults: Faults;
  readonly tokens: { bot: string; app: string };
  readonly scopes: Set<string>;
  readonly appScopes: Set<string>;
  /** `SLACK_API_URL`. */
  readonly apiUrl: string;
  readonly calls: ApiCall[];
  /** What apps sent to a `response_url`: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
  readonly responses: { channel: string; user: string; body: Json }[];
  /** Addresses from which Slack's servers can fetch pictures. */
  readonly reachable: Set<string>;
  /** Requests for files without the right token. */
  readonly refusedDownloads: string[];
  /** From now on the bot token is refused, as after an uninstall. */
  revoke(): void;
  /** Messages of the app, oldest first. */
  posts(channel: FakeChannel): FakeMessage[];
  close(): Promise<void>;
}

/** A Slack workspace on one local port: Web API, files, Socket Mode. */
export async function createFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const workspace = createWorkspace();
  const timing = options.timing ?? defaultTiming;
  const { minimal = false } = options;
  const socket = createSocketMode(workspace.appId, timing, { minimal });
  const faults = createFaults();
  const calls: ApiCall[] = [];
  const responses: FakeSlack['responses'] = [];
  const refusedDownloads: string[] = [];
  const reachable = new Set<string>();
  const tokens = { bot: `xoxb-${workspace.newId('')}`, app: `xapp-1-${workspace.newId('')}` };
  const scopes = new Set(botScopes);
  const appScopes = new Set(['connections:write']);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.on('upgrade', socket.upgrade);
  const base = await listening(server);
  const uploads = createServer((request, response) => {
    takeUpload(request, response, request.url?.split('/').at(-1) ?? '').catch((error: unknown) =>
      response.destroy(error as Error),
    );
  });
  const uploadBase = minimal ? await listening(uploads) : base;
  const responseBase = minimal ? base.replace('127.0.0.1', 'localhost') : base;
  const answerApi = createWebApi({
    workspace,
    faults,
    tokens,
    scopes,
    appScopes,
    calls,
    baseUrl: () => base,
    uploadUrl: () => uploadBase,
    minimal,
    socketUrl: () => socket.newUrl(base),
    isReachable: (url) => reachable.has(url),
    processingMs: options.processingMs ?? 30,
  });

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', base);
    const [, area = '', ...rest] = pathname.split('/');
    if (area === 'api') return answerApi(request, response, rest.join('/'));
    if (area === 'upload') return takeUpload(request, response, rest.at(-1) ?? '');
    if (area === 'files-pri') return serveFile(request, response, rest[0] ?? '');
    if (area === 'respond') return takeResponse(request, response, rest[0] ?? '', rest[1] ?? '');
    response.writeHead(404).end();
  }

  /** Raw bytes or a multipart form, as both SDKs and curl send them: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
  async function takeUpload(request: IncomingMessage, response: ServerResponse, id: string) {
    const body = await readBody(request);
    calls.push({ method: 'upload', arguments: { id }, at: Date.now(), answer: undefined });
    const fault = faults.take('upload', { id });
    const file = workspace.files.get(id);
    if (fault && 'status' in fault) response.writeHead(fault.status).end();
    else if (fault && 'hangUp' in fault && fault.hangUp === 'before') request.socket.destroy();
    else if (!file) response.writeHead(404).end();
    else {
      file.bytes = await uploadedBytes(request, body);
      if (fault) request.socket.destroy();
      else response.writeHead(200).end(`OK - ${file.bytes.length}`);
    }
  }

  /** https://docs.slack.dev/reference/objects/file-object: `url_private` needs the token as Bearer; without it comes a login page. */
  function serveFile(request: IncomingMessage, response: ServerResponse, id: string): void {
    const file = workspace.files.get(id);
    if (request.headers.authorization !== `Bearer ${tokens.bot}`) {
      refusedDownloads.push(id);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Sign in to Slack</title>');
    } else if (!file?.bytes || file.deleted) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'content-type': file.mimetype }).end(file.bytes);
    }
  }

  async function takeResponse(request: IncomingMessage, response: ServerResponse, channel: string, user: string) {
    responses.push({ channel, user, body: JSON.parse((await readBody(request)).toString()) as Json });
    response.writeHead(200).end('ok');
  }

  const { http } = options;
  const transport = http
    ? createSignedHttp(() => `http://127.0.0.1:${http.port}/slack/events`, http.signingSecret, timing)
    : socket;
  return {
    workspace,
    people: createPeople(
      workspace,
      minimal ? leastTransport(transport) : transport,
      () => base,
      () => responseBase,
    ),
    socket,
    faults,
    tokens,
    scopes,
    appScopes,
    apiUrl: `${base}/api/`,
    calls,
    responses,
    reachable,
    refusedDownloads,
    revoke() {
      tokens.bot = 'revoked';
      tokens.app = 'revoked';
    },
    posts: (channel) => channel.messages.filter(({ user }) => user === workspace.botUser),
    async close() {
      socket.close();
      for (const one of [server, uploads]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function uploadedBytes(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const [, value] of form) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

/** What the app of adapters/slack/manifest.yaml is granted; a test holds the two equal. */
const botScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:join',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'im:history',
  'im:write',
  'mpim:history',
  'reactions:read',
  'users:read',
];
