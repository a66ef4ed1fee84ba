import type { APIMessage, APIUser } from 'discord-api-types/v10';
import { GatewayDispatchEvents } from 'discord-api-types/v10';
import { unknownMessage } from './api-error.ts';
import type { FakeGateway } from './gateway.ts';
import { visibleChannel } from './message-routes.ts';
import { memberPayload } from './payloads.ts';
import type { Route, RouteContext } from './routes.ts';
import { messagesIn, type World } from './world.ts';

/** Tells the gateway of a reaction. Only the adding names the message's author. .../gateway-events#message-reaction-add */
export function dispatchReaction(
  world: World,
  gateway: FakeGateway,
  reaction: { message: APIMessage; user: APIUser; emoji: string; added: boolean },
) {
  const { message, user, emoji, added } = reaction;
  const channel = world.channels.get(message.channel_id);
  const guild = channel?.guildId ? world.guilds.get(channel.guildId) : undefined;
  const { MessageReactionAdd, MessageReactionRemove } = GatewayDispatchEvents;
  const event = {
    user_id: user.id,
    channel_id: message.channel_id,
    message_id: message.id,
    ...(guild ? { guild_id: guild.id } : {}),
    emoji: { id: null, name: emoji },
    burst: false,
    type: 0,
    ...(added ? { message_author_id: message.author.id, burst_colors: [] } : {}),
    ...(added && guild ? { member: memberPayload(world, guild, user) } : {}),
  };
  gateway.dispatch(added ? MessageReactionAdd : MessageReactionRemove, event, { guildId: guild?.id });
}

function own(added: boolean) {
  return ({ world, params, gateway }: RouteContext) => {
    const channel = visibleChannel(world, params['channel']);
    const message = messagesIn(world, channel.id).find(({ id }) => id === params['message']);
    if (!message) throw unknownMessage();
    dispatchReaction(world, gateway, { message, user: world.bot, emoji: params['emoji'] ?? '', added });
  };
}

const path = '/channels/:channel/messages/:message/reactions/:emoji/@me';

export const reactionRoutes: readonly Route[] = [
  { method: 'PUT', path, auth: 'bot', run: own(true) },
  { method: 'DELETE', path, auth: 'bot', run: own(false) },
];
