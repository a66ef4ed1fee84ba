import {
  ChannelType,
  GatewayDispatchEvents,
  MessageFlags,
  PermissionFlagsBits,
  type RESTPatchAPIChannelJSONBody,
  type RESTPostAPIChannelMessagesThreadsJSONBody,
} from 'discord-api-types/v10';
import { threadExists, unknownChannel, unknownMessage, wrongChannelType } from './api-error.ts';
import { requirePermission, visibleChannel } from './message-routes.ts';
import { channelPayload } from './payloads.ts';
import type { Route, RouteContext } from './routes.ts';
import { between } from './validation.ts';
import { addChannel, directChannel, messagesIn } from './world.ts';

/** https://discord.com/developers/docs/resources/channel#start-thread-from-message */
function startThread({ world, params, body, gateway }: RouteContext) {
  const parent = visibleChannel(world, params['channel']);
  const threadType = new Map([
    [ChannelType.GuildText, ChannelType.PublicThread],
    [ChannelType.GuildAnnouncement, ChannelType.AnnouncementThread],
  ]).get(parent.type);
  if (threadType === undefined) throw wrongChannelType();
  requirePermission(parent, PermissionFlagsBits.CreatePublicThreads);
  const message = messagesIn(world, parent.id).find(({ id }) => id === params['message']);
  if (!message || world.ephemeral.has(message.id)) throw unknownMessage();
  // "The id of the created thread will be the same as the id of the source message, and as such a message can only have a single thread."
  if (world.channels.has(message.id)) throw threadExists();
  const { name } = body as RESTPostAPIChannelMessagesThreadsJSONBody;
  between(name, 1, 100, 'name');
  const { guildId, nsfw, botPermissions } = parent;
  const thread = addChannel(world, {
    id: message.id,
    type: threadType,
    name,
    guildId,
    parentId: parent.id,
    nsfw,
    botPermissions,
  });
  message.flags = (message.flags ?? 0) | MessageFlags.HasThread;
  const payload = channelPayload(world, thread);
  gateway.dispatch(GatewayDispatchEvents.ThreadCreate, { ...payload, newly_created: true }, { guildId });
  return payload;
}

export const channelRoutes: readonly Route[] = [
  { method: 'POST', path: '/channels/:channel/messages/:message/threads', auth: 'bot', run: startThread },
  {
    method: 'GET',
    path: '/channels/:channel',
    auth: 'bot',
    run: ({ world, params }) => channelPayload(world, visibleChannel(world, params['channel'])),
  },
  {
    method: 'PATCH',
    path: '/channels/:channel',
    auth: 'bot',
    run: ({ world, params, body }) => {
      const channel = visibleChannel(world, params['channel']);
      const change = body as RESTPatchAPIChannelJSONBody;
      // The bot made the threads here, so it may unarchive them; .../topics/threads#editing-deleting-threads
      channel.archived = change.archived ?? channel.archived;
      channel.name = change.name ?? channel.name;
      return channelPayload(world, channel);
    },
  },
  {
    method: 'POST',
    path: '/users/@me/channels',
    auth: 'bot',
    run: ({ world, body }) => {
      const user = world.users.get((body as { recipient_id: string }).recipient_id);
      if (!user) throw unknownChannel();
      return channelPayload(world, directChannel(world, user));
    },
  },
  { method: 'POST', path: '/channels/:channel/typing', auth: 'bot', run: () => undefined },
];
