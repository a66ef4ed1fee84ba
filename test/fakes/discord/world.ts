import {
  type APIApplicationCommand,
  type APIMessage,
  type APIUser,
  ChannelType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import { type Clock, createClock, createSnowflakes } from './clock.ts';

export interface FakeGuild {
  id: string;
  name: string;
  ownerId: string;
  /** False once the bot was kicked. */
  hasBot: boolean;
  /** Permissions that everybody has, and those of the moderators' role. */
  everyone: bigint;
  moderatorRole: string;
  moderators: Set<string>;
}

export interface FakeChannel {
  id: string;
  type: ChannelType;
  name: string;
  guildId?: string | undefined;
  /** The other side of a direct message. */
  recipient?: APIUser | undefined;
  parentId?: string | undefined;
  nsfw: boolean;
  archived: boolean;
  /** By a moderator: only those who manage threads may post. */
  locked: boolean;
  /** What the bot may do here. */
  botPermissions: bigint;
}

export interface FakeFile {
  bytes: Uint8Array;
  contentType: string;
  /** Attachment links are signed and expire. https://discord.com/developers/docs/reference#signed-attachment-cdn-urls */
  expiresAt: number;
}

/** Everything that exists in the fake Discord. */
export interface World {
  clock: Clock;
  snowflake(): string;
  token: string;
  applicationId: string;
  bot: APIUser;
  guilds: Map<string, FakeGuild>;
  channels: Map<string, FakeChannel>;
  users: Map<string, APIUser>;
  /** Every message that stands, oldest first. */
  messages: APIMessage[];
  /** Ids of messages that only one person sees. */
  ephemeral: Set<string>;
  /** Ids of people who take no direct messages from the bot. */
  unreachable: Set<string>;
  /** By `global` or the guild's id. */
  commands: Map<string, APIApplicationCommand[]>;
  files: Map<string, FakeFile>;
  /** Messages keep their content for everyone, as on servers of others that know no message-content intent. */
  showsContent: boolean;
  /** Bytes a file; also what interactions announce as `attachment_size_limit`. */
  attachmentSizeLimit: number;
}

const { ViewChannel, SendMessages, SendMessagesInThreads, CreatePublicThreads } = PermissionFlagsBits;
const { EmbedLinks, AttachFiles, ReadMessageHistory } = PermissionFlagsBits;
export const usualPermissions =
  ViewChannel |
  SendMessages |
  SendMessagesInThreads |
  CreatePublicThreads |
  EmbedLinks |
  AttachFiles |
  ReadMessageHistory;

export function createWorld(token: string): World {
  const clock = createClock();
  const snowflake = createSnowflakes(clock);
  const applicationId = snowflake();
  const bot = { ...newUser(applicationId, 'promptory'), bot: true };
  return {
    clock,
    snowflake,
    token,
    applicationId,
    bot,
    guilds: new Map(),
    channels: new Map(),
    users: new Map([[bot.id, bot]]),
    messages: [],
    ephemeral: new Set(),
    unreachable: new Set(),
    commands: new Map(),
    files: new Map(),
    showsContent: false,
    // The limit of a server without boosts: https://support.discord.com/hc/articles/25444343291031
    attachmentSizeLimit: 10 * 1024 * 1024,
  };
}

function newUser(id: string, name: string): APIUser {
  return { id, username: name, discriminator: '0', global_name: name, avatar: null };
}

export function addUser(world: World, name: string): APIUser {
  const user = newUser(world.snowflake(), name);
  world.users.set(user.id, user);
  return user;
}

export function addGuild(world: World, name: string): FakeGuild {
  const guild: FakeGuild = {
    id: world.snowflake(),
    name,
    ownerId: world.snowflake(),
    hasBot: true,
    everyone: usualPermissions,
    moderatorRole: world.snowflake(),
    moderators: new Set(),
  };
  world.guilds.set(guild.id, guild);
  return guild;
}

export function addChannel(world: World, channel: Partial<FakeChannel> & { type: ChannelType }): FakeChannel {
  const added: FakeChannel = {
    id: world.snowflake(),
    name: 'channel',
    nsfw: false,
    archived: false,
    locked: false,
    botPermissions: usualPermissions,
    ...channel,
  };
  world.channels.set(added.id, added);
  return added;
}

/** The channel with this person, made on first use. https://discord.com/developers/docs/resources/user#create-dm */
export function directChannel(world: World, user: APIUser): FakeChannel {
  const known = [...world.channels.values()].find(
    (channel) => channel.type === ChannelType.DM && channel.recipient?.id === user.id,
  );
  return known ?? addChannel(world, { type: ChannelType.DM, recipient: user });
}

export function messagesIn(world: World, channelId: string): APIMessage[] {
  return world.messages.filter((message) => message.channel_id === channelId);
}

export function isThread(channel: FakeChannel): boolean {
  return [ChannelType.PublicThread, ChannelType.PrivateThread, ChannelType.AnnouncementThread].includes(channel.type);
}
