import {
  type APIInteraction,
  type APIMessage,
  GatewayDispatchEvents,
  type GatewayReadyDispatchData,
} from 'discord-api-types/v10';

/**
 * The wire as a server of others may speak it: nothing optional in what it sends, null for the server of what is in
 * none, and 404 or 501 for what a bot can do without. What it is made of in `World` stays whole.
 */
const missing: readonly (readonly [method: string, path: RegExp, status: number])[] = [
  ['GET', /^\/channels\/\d+$/, 404],
  ['PATCH', /^\/channels\/\d+$/, 501],
  ['GET', /^\/channels\/\d+\/messages$/, 501],
  ['GET', /^\/applications\/\d+\/(guilds\/\d+\/)?commands$/, 404],
  ['GET', /^\/guilds\//, 404],
  ['GET', /^\/applications\/@me$/, 404],
  ['GET', /^\/oauth2\//, 501],
];

/** The status of an endpoint that is not offered. */
export function missingStatus(method: string, path: string): number | undefined {
  return missing.find(([wanted, pattern]) => wanted === method && pattern.test(path))?.[2];
}

export function minimalAnswer(path: string, value: unknown): unknown {
  if (/\/commands$/.test(path)) return (value as { id: string; name: string }[]).map(({ id, name }) => ({ id, name }));
  if (path === '/gateway/bot')
    return { ...(value as { url: string }), url: `${(value as { url: string }).url}/?v=10&encoding=json` };
  if (/\/threads$/.test(path)) return { id: (value as { id: string }).id };
  return isMessage(value) ? minimalMessage(value) : value;
}

export function minimalEvent(event: string, data: object): object {
  if (event === GatewayDispatchEvents.Ready) return minimalReady(data as GatewayReadyDispatchData);
  if (event === GatewayDispatchEvents.InteractionCreate) return minimalInteraction(data as APIInteraction);
  if (event === GatewayDispatchEvents.MessageReactionAdd)
    return without(data, ['message_author_id', 'member', 'type', 'burst']);
  return isMessage(data) ? minimalMessage(data) : data;
}

function minimalReady({ v, user, session_id, application }: GatewayReadyDispatchData): object {
  return { v, user, guilds: [], session_id, application: { id: application.id } };
}

function minimalInteraction(interaction: APIInteraction): object {
  const { id, application_id, type, token, data, guild_id, channel_id, member, user, message } = interaction;
  return {
    id,
    application_id,
    type,
    token,
    data,
    channel_id,
    ...(guild_id
      ? { guild_id, member: { user: minimalUser(member?.user) } }
      : { guild_id: null, user: minimalUser(user) }),
    ...(message ? { message: minimalMessage(message) } : {}),
  };
}

function minimalMessage(message: APIMessage): object {
  const lists = Object.entries(message).filter(([, value]) => Array.isArray(value) && value.length > 0);
  const { id, channel_id, author, content, timestamp, message_reference } = message;
  const { guild_id } = message as APIMessage & { guild_id?: string };
  return {
    id,
    channel_id,
    author: minimalUser(author),
    content,
    timestamp,
    guild_id: guild_id ?? null,
    ...(message_reference ? { message_reference } : {}),
    ...Object.fromEntries(lists),
  };
}

function minimalUser(user: { id: string; username: string } | undefined): object {
  return { id: user?.id, username: user?.username };
}

function isMessage(value: unknown): value is APIMessage {
  return typeof value === 'object' && value !== null && 'author' in value && 'channel_id' in value;
}

function without(data: object, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(data).filter(([field]) => !fields.includes(field)));
}
