import type { IncomingMessage, ServerResponse } from 'node:http';
import { createChatMethods } from './chat-methods.ts';
import { createConversationMethods } from './conversation-methods.ts';
import type { Faults } from './faults.ts';
import { createFileMethods } from './file-methods.ts';
import { leastOf, refuseOptional } from './minimal.ts';
import { createOtherMethods } from './other-methods.ts';
import type { Json, Workspace } from './workspace.ts';

/** One Web API method: arguments in, the answer's fields out. Throws SlackRefusal for `ok: false`. */
export type Method = (args: Arguments, caller: Caller) => Json;

export interface Arguments {
  text(name: string): string | undefined;
  required(name: string): string;
  /** Complex arguments are JSON strings inside the form: https://docs.slack.dev/apis/web-api/#post_bodies */
  json(name: string): unknown;
  flag(name: string): boolean;
}

export type Caller = 'bot' | 'app';

export class SlackRefusal extends Error {
  readonly fields: Json;

  constructor(error: string, fields: Json = {}) {
    super(error);
    this.fields = { ok: false, error, ...fields };
  }
}

export interface ApiOptions {
  workspace: Workspace;
  faults: Faults;
  tokens: { bot: string; app: string };
  /** Scopes of the bot token; answers name them, and methods outside them are refused. */
  scopes: Set<string>;
  /** Scopes of the app-level token. */
  appScopes: Set<string>;
  /** Where this server is reached: `http://127.0.0.1:4711`. */
  baseUrl(): string;
  /** Where files are uploaded. */
  uploadUrl(): string;
  /** A server of the methods alone without which nothing could be posted. */
  minimal: boolean;
  socketUrl(): string;
  isReachable(url: string): boolean;
  /** How long Slack works on an uploaded file before it is a picture. */
  processingMs: number;
  calls: ApiCall[];
}

export interface ApiCall {
  method: string;
  arguments: Json;
  at: number;
  answer: Json | undefined;
}

/** The methods' scopes for bot tokens, from each method's page under https://docs.slack.dev/reference/methods */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'apps.connections.open': ['connections:write'],
  'chat.postMessage': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'conversations.replies': ['channels:history'],
  'conversations.history': ['channels:history'],
  'conversations.join': ['channels:join'],
  'conversations.open': ['im:write'],
  'files.getUploadURLExternal': ['files:write'],
  'files.completeUploadExternal': ['files:write'],
  'files.delete': ['files:write'],
  'files.info': ['files:read'],
  'users.info': ['users:read'],
  'reactions.get': ['reactions:read'],
};

export function createWebApi(options: ApiOptions) {
  const methods: Readonly<Record<string, Method>> = {
    ...createChatMethods(options),
    ...createConversationMethods(options),
    ...createFileMethods(options),
    ...createOtherMethods(options),
  };

  return async function answerApi(request: IncomingMessage, response: ServerResponse, method: string) {
    if (options.minimal && refuseOptional(method, request, response)) return;
    const body = await readBody(request);
    const form = formOf(request, body);
    const call: ApiCall = { method, arguments: Object.fromEntries(form), at: Date.now(), answer: undefined };
    options.calls.push(call);
    const fault = options.faults.take(method, call.arguments);
    if (fault && 'retryAfter' in fault) return tooMany(response, fault.retryAfter);
    if (fault && 'status' in fault) return response.writeHead(fault.status).end();
    if (fault && 'hangUp' in fault && fault.hangUp === 'before') return request.socket.destroy();
    if (fault && 'slowUntil' in fault) await fault.slowUntil;
    const answer = fault && 'error' in fault ? { ok: false, ...fault } : perform(method, form, request);
    call.answer = answer;
    if (fault && 'hangUp' in fault) return request.socket.destroy();
    if (fault && 'heldUntil' in fault) await options.faults.held(fault.heldUntil);
    response
      .writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'x-oauth-scopes': [...options.scopes].join(','),
      })
      .end(JSON.stringify(options.minimal ? leastOf(answer) : answer));
  };

  function perform(name: string, form: URLSearchParams, request: IncomingMessage): Json {
    try {
      const caller = callerOf(request, form);
      const method = methods[name];
      if (!method) throw new SlackRefusal('unknown_method', { req_method: name });
      requireScopes(name, caller);
      return { ok: true, ...method(argumentsOf(form), caller) };
    } catch (error) {
      if (error instanceof SlackRefusal) return error.fields;
      throw error;
    }
  }

  /** Tokens come as Bearer or as a form field: https://docs.slack.dev/apis/web-api/#authentication */
  function callerOf(request: IncomingMessage, form: URLSearchParams): Caller {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? form.get('token');
    if (!token) throw new SlackRefusal('not_authed');
    if (token === options.tokens.bot) return 'bot';
    if (token === options.tokens.app) return 'app';
    throw new SlackRefusal('invalid_auth');
  }

  function requireScopes(method: string, caller: Caller) {
    if ((method === 'apps.connections.open') !== (caller === 'app')) {
      throw new SlackRefusal('not_allowed_token_type');
    }
    const granted = caller === 'app' ? options.appScopes : options.scopes;
    const missing = (scopesOf[method] ?? []).filter((scope) => !granted.has(scope));
    if (missing.length > 0) {
      throw new SlackRefusal('missing_scope', { needed: missing.join(','), provided: [...granted].join(',') });
    }
  }
}

function tooMany(response: ServerResponse, retryAfter: number) {
  response
    .writeHead(429, { 'retry-after': String(retryAfter) })
    .end(JSON.stringify({ ok: false, error: 'ratelimited' }));
}

function argumentsOf(form: URLSearchParams): Arguments {
  const text = (name: string) => form.get(name) ?? undefined;
  return {
    text,
    required(name) {
      const value = text(name);
      if (!value)
        throw new SlackRefusal('invalid_arguments', {
          response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
        });
      return value;
    },
    json(name) {
      const value = text(name);
      return value === undefined ? undefined : JSON.parse(value);
    },
    flag: (name) => text(name) === 'true',
  };
}

/** Arguments come in the address, as a form, or (for methods that take it) as JSON. */
function formOf(request: IncomingMessage, body: Buffer): URLSearchParams {
  const form = new URL(request.url ?? '/', 'http://slack.invalid').searchParams;
  const type = request.headers['content-type'] ?? '';
  if (type.includes('application/json')) {
    for (const [name, value] of Object.entries(JSON.parse(body.toString()) as Json)) {
      form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  } else if (type.includes('urlencoded')) {
    for (const [name, value] of new URLSearchParams(body.toString())) form.set(name, value);
  }
  return form;
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
