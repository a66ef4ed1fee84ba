import {
  type APIChannel,
  type APIGuildMember,
  type APIMessage,
  type APIUser,
  GuildMemberFlags,
  type MessageFlags,
  MessageType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import { type FakeChannel, type FakeGuild, isThread, type World } from './world.ts';

/** https://discord.com/developers/docs/resources/channel#channel-object */
export function channelPayload(world: World, channel: FakeChannel): APIChannel {
  const common = { id: channel.id, type: channel.type, name: channel.name, flags: 0, last_message_id: null };
  const place = channel.recipient
    ? { recipients: [channel.recipient], name: null }
    : { guild_id: channel.guildId, parent_id: channel.parentId ?? null };
  // "Threads do not explicitly set the `nsfw` field": https://discord.com/developers/docs/topics/threads#nsfw-threads
  const thread = isThread(channel)
    ? {
        owner_id: world.bot.id,
        message_count: 0,
        member_count: 1,
        thread_metadata: {
          archived: channel.archived,
          auto_archive_duration: 1440,
          archive_timestamp: new Date(world.clock.now()).toISOString(),
          locked: channel.locked,
        },
      }
    : { permission_overwrites: [], nsfw: channel.nsfw, position: 0 };
  return { ...common, ...place, ...thread } as unknown as APIChannel;
}

/** https://discord.com/developers/docs/resources/guild#guild-member-object */
export function memberPayload(world: World, guild: FakeGuild, user: APIUser): APIGuildMember {
  return {
    user,
    nick: null,
    avatar: null,
    roles: guild.moderators.has(user.id) ? [guild.moderatorRole] : [],
    joined_at: new Date(world.clock.now()).toISOString(),
    deaf: false,
    mute: false,
    flags: GuildMemberFlags.DidRejoin,
  };
}

export function memberPermissions(guild: FakeGuild, user: APIUser): string {
  const moderates = guild.moderators.has(user.id) ? PermissionFlagsBits.ManageMessages : 0n;
  return (guild.everyone | moderates).toString();
}

/** What GUILD_CREATE carries. https://discord.com/developers/docs/events/gateway-events#guild-create */
export function guildPayload(world: World, guild: FakeGuild) {
  const channels = [...world.channels.values()].filter((channel) => channel.guildId === guild.id);
  const role = (id: string, name: string, permissions: bigint) => ({
    id,
    name,
    permissions: permissions.toString(),
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position: 0,
    managed: false,
    mentionable: false,
    flags: 0,
  });
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    // The role of everybody has the id of the server: https://discord.com/developers/docs/topics/permissions#role-object
    roles: [
      role(guild.id, '@everyone', guild.everyone),
      role(guild.moderatorRole, 'moderators', PermissionFlagsBits.ManageMessages),
    ],
    channels: channels.filter((channel) => !isThread(channel)).map((channel) => channelPayload(world, channel)),
    threads: channels
      .filter((channel) => isThread(channel) && !channel.archived)
      .map((channel) => channelPayload(world, channel)),
    members: [memberPayload(world, guild, world.bot)],
    member_count: world.users.size,
    joined_at: new Date(world.clock.now()).toISOString(),
    large: false,
    unavailable: false,
    emojis: [],
    stickers: [],
    features: [],
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    premium_tier: 0,
    preferred_locale: 'en-US',
    afk_timeout: 300,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    system_channel_flags: 0,
    premium_progress_bar_enabled: false,
    max_members: 500000,
  };
}

const none = 0 as MessageFlags;

/** An empty message of somebody. https://discord.com/developers/docs/resources/message#message-object */
export function newMessage(world: World, channel: FakeChannel, author: APIUser): APIMessage {
  return {
    id: world.snowflake(),
    channel_id: channel.id,
    author,
    content: '',
    timestamp: new Date(world.clock.now()).toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: MessageType.Default,
    flags: none,
    components: [],
  };
}
