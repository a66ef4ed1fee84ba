import {
  type APIMessage,
  GatewayDispatchEvents,
  MessageType,
  PermissionFlagsBits,
  type RESTPostAPIChannelMessageJSONBody,
} from 'discord-api-types/v10';
import {
  cannotMessage,
  cannotReply,
  missingAccess,
  missingPermissions,
  notTheAuthor,
  threadArchived,
  unknownChannel,
  unknownMessage,
} from './api-error.ts';
import { fillMessage } from './compose.ts';
import { newMessage } from './payloads.ts';
import type { Route, RouteContext } from './routes.ts';
import { type FakeChannel, isThread, messagesIn, type World } from './world.ts';

const { ViewChannel, SendMessages, SendMessagesInThreads, AttachFiles, ReadMessageHistory } = PermissionFlagsBits;
// "Checked for uniqueness in the past few minutes": https://discord.com/developers/docs/resources/message#create-message
const nonceLifetimeMs = 3 * 60 * 1000;

/** The channel, as far as the bot can see it. */
export function visibleChannel(world: World, id: string | undefined): FakeChannel {
  const channel = world.channels.get(id ?? '');
  if (!channel) throw unknownChannel();
  const guild = channel.guildId ? world.guilds.get(channel.guildId) : undefined;
  if ((guild && !guild.hasBot) || (channel.botPermissions & ViewChannel) === 0n) throw missingAccess();
  return channel;
}

export function requirePermission(channel: FakeChannel, permission: bigint) {
  // Direct messages know no permissions.
  if (channel.guildId && (channel.botPermissions & permission) !== permission) throw missingPermissions();
}

function findMessage(world: World, channel: FakeChannel, id: string | undefined): APIMessage {
  const message = messagesIn(world, channel.id).find((candidate) => candidate.id === id && !world.ephemeral.has(id));
  if (!message) throw unknownMessage();
  return message;
}

const sentNonces = new WeakMap<World, Map<string, { messageId: string; at: number }>>();

function post({ world, params, body, files, gateway, origin }: RouteContext): APIMessage {
  const channel = visibleChannel(world, params['channel']);
  requirePermission(channel, isThread(channel) ? SendMessagesInThreads : SendMessages);
  if (files.size > 0) requirePermission(channel, AttachFiles);
  if (world.unreachable.has(channel.recipient?.id ?? '')) throw cannotMessage();
  // "Sending a message will automatically unarchive the thread, unless the thread has been locked": .../topics/threads#active-archived-threads
  if (channel.locked) throw threadArchived();
  const sent = body as RESTPostAPIChannelMessageJSONBody;
  const nonces = sentNonces.get(world) ?? new Map<string, { messageId: string; at: number }>();
  sentNonces.set(world, nonces);
  const known = sent.nonce === undefined ? undefined : nonces.get(String(sent.nonce));
  if (sent.enforce_nonce && known && known.at + nonceLifetimeMs > world.clock.now()) {
    const earlier = world.messages.find(({ id }) => id === known.messageId);
    // One that was deleted since is not made again: https://github.com/discord/discord-api-docs/pull/6647
    if (!earlier) throw unknownMessage();
    return earlier;
  }
  checkReply(channel, sent);
  const message = newMessage(world, channel, world.bot);
  fillMessage(world, message, { body: sent, files, origin });
  if (sent.message_reference?.message_id && isStanding(world, channel, sent.message_reference.message_id)) {
    message.type = MessageType.Reply;
    message.message_reference = { type: 0, channel_id: channel.id, message_id: sent.message_reference.message_id };
  }
  channel.archived = false;
  world.messages.push(message);
  if (sent.nonce !== undefined) nonces.set(String(sent.nonce), { messageId: message.id, at: world.clock.now() });
  const answer = sent.nonce === undefined ? message : { ...message, nonce: sent.nonce };
  gateway.dispatch(GatewayDispatchEvents.MessageCreate, { ...answer, guild_id: channel.guildId }, channel);
  return answer;
}

/** "To reply, the current user must have the READ_MESSAGE_HISTORY permission": .../resources/message#create-message */
function checkReply(channel: FakeChannel, { message_reference }: RESTPostAPIChannelMessageJSONBody) {
  if (message_reference && channel.guildId && (channel.botPermissions & ReadMessageHistory) === 0n) throw cannotReply();
}

/** With `fail_if_not_exists: false` a reply to what is gone is an ordinary message. */
function isStanding(world: World, channel: FakeChannel, id: string): boolean {
  return messagesIn(world, channel.id).some((message) => message.id === id);
}

/** "Only active threads can be manipulated": no edits in an archived one; deleting fails only where it is locked too. .../topics/threads#locked-threads */
function requireOpen(channel: FakeChannel, isDelete: boolean) {
  if (isDelete ? channel.archived && channel.locked : channel.archived || channel.locked) throw threadArchived();
}

function list({ world, params, query }: RouteContext): APIMessage[] {
  const channel = visibleChannel(world, params['channel']);
  // Without the permission the list is empty, not an error: .../resources/message#get-channel-messages
  if (channel.guildId && (channel.botPermissions & ReadMessageHistory) === 0n) return [];
  const after = BigInt(query.get('after') ?? 0);
  const before = query.get('before');
  const limit = Number(query.get('limit') ?? 50);
  const standing = messagesIn(world, channel.id).filter(({ id }) => !world.ephemeral.has(id));
  const within = standing.filter(({ id }) => BigInt(id) > after && (!before || BigInt(id) < BigInt(before)));
  // With `after` the oldest of the rest come; every page is newest first.
  return (query.has('after') ? within.slice(0, limit) : within.slice(-limit)).reverse();
}

export const messageRoutes: readonly Route[] = [
  { method: 'POST', path: '/channels/:channel/messages', auth: 'bot', run: post },
  { method: 'GET', path: '/channels/:channel/messages', auth: 'bot', run: list },
  {
    method: 'GET',
    path: '/channels/:channel/messages/:message',
    auth: 'bot',
    run: ({ world, params }) => {
      const channel = visibleChannel(world, params['channel']);
      requirePermission(channel, ReadMessageHistory);
      return findMessage(world, channel, params['message']);
    },
  },
  {
    method: 'PATCH',
    path: '/channels/:channel/messages/:message',
    auth: 'bot',
    run: ({ world, params, body, files, origin }) => {
      const channel = visibleChannel(world, params['channel']);
      const message = findMessage(world, channel, params['message']);
      requireOpen(channel, false);
      if (files.size > 0) requirePermission(channel, AttachFiles);
      if (message.author.id !== world.bot.id) throw notTheAuthor();
      fillMessage(world, message, { body: body as RESTPostAPIChannelMessageJSONBody, files, origin });
      message.edited_timestamp = new Date(world.clock.now()).toISOString();
      return message;
    },
  },
  {
    method: 'DELETE',
    path: '/channels/:channel/messages/:message',
    auth: 'bot',
    run: ({ world, params, gateway }) => {
      const channel = visibleChannel(world, params['channel']);
      const message = findMessage(world, channel, params['message']);
      requireOpen(channel, true);
      if (message.author.id !== world.bot.id) requirePermission(channel, PermissionFlagsBits.ManageMessages);
      world.messages.splice(world.messages.indexOf(message), 1);
      const gone = { id: message.id, channel_id: channel.id, guild_id: channel.guildId };
      gateway.dispatch(GatewayDispatchEvents.MessageDelete, gone, channel);
    },
  },
];
