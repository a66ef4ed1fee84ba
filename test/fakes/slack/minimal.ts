import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJson } from './blocks.ts';
import type { Transport } from './delivery.ts';
import type { Json } from './workspace.ts';

/** What Slack always sends, but a server that only speaks enough of its protocol may not. */
const optionalFields = new Set([
  'action_ts',
  'api_app_id',
  'app_id',
  'authorizations',
  'blocks',
  'bot_id',
  'channel_name',
  'client_msg_id',
  'enterprise',
  'enterprise_id',
  'event_time',
  'event_ts',
  'is_enterprise_install',
  'is_ephemeral',
  'is_ext_shared_channel',
  'item_user',
  'metadata',
  'parent_user_id',
  'team',
  'team_domain',
  'team_id',
  'token',
  'trigger_id',
  'user_name',
]);

/** Without these nothing could be posted. */
const methods = new Set([
  'apps.connections.open',
  'auth.test',
  'chat.delete',
  'chat.postEphemeral',
  'chat.postMessage',
  'chat.update',
  'files.completeUploadExternal',
  'files.getUploadURLExternal',
]);

/** The least of a payload or an answer. */
export function leastOf(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) =>
      optionalFields.has(name) ? [] : [[name, leastField(name, field)]],
    ),
  );
}

function leastField(name: string, field: unknown): unknown {
  // A view is the app's own, and comes back as it was sent.
  if (name === 'view') return field;
  if (name === 'files' && Array.isArray(field)) {
    return field.filter(isJson).map((file) => ('url_private' in file ? { url_private: file['url_private'] } : file));
  }
  if (Array.isArray(field)) return field.map((item) => (isJson(item) ? leastOf(item) : item));
  return isJson(field) ? leastOf(field) : field;
}

/** Sends no more than the least. */
export function leastTransport(transport: Transport): Transport {
  return { deliver: (type, payload) => transport.deliver(type, leastOf(payload)) };
}

/** Refuses a method that a small server lacks, some as Slack does and some as a web server does. True when it was refused. */
export function refuseOptional(method: string, request: IncomingMessage, response: ServerResponse): boolean {
  if (methods.has(method)) return false;
  request.resume();
  if (method.startsWith('users.') || method === 'conversations.open') {
    const body = JSON.stringify({ ok: false, error: 'unknown_method' });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  } else response.writeHead(404).end('Not Found');
  return true;
}
