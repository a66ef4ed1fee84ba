import { GatewayDispatchEvents } from 'discord-api-types/v10';
import type { FakeDiscord } from './fake-discord.ts';
import { channelPayload } from './payloads.ts';
import type { FakeChannel, FakeGuild } from './world.ts';

/** Removes the bot from a server. https://discord.com/developers/docs/events/gateway-events#guild-delete */
export function kickBot({ gateway }: FakeDiscord, guild: FakeGuild) {
  guild.hasBot = false;
  gateway.dispatch(GatewayDispatchEvents.GuildDelete, { id: guild.id }, { guildId: guild.id });
}

/** https://discord.com/developers/docs/events/gateway-events#thread-delete */
export function deleteThread({ world, gateway }: FakeDiscord, thread: FakeChannel) {
  world.channels.delete(thread.id);
  world.messages.splice(
    0,
    world.messages.length,
    ...world.messages.filter(({ channel_id }) => channel_id !== thread.id),
  );
  const { id, guildId, parentId, type } = thread;
  gateway.dispatch(GatewayDispatchEvents.ThreadDelete, { id, guild_id: guildId, parent_id: parentId, type }, thread);
}

/** "Close and lock", as Discord's clients do it. https://discord.com/developers/docs/events/gateway-events#thread-update */
export function lockThread({ world, gateway }: FakeDiscord, thread: FakeChannel) {
  thread.archived = true;
  thread.locked = true;
  gateway.dispatch(GatewayDispatchEvents.ThreadUpdate, channelPayload(world, thread), thread);
}
