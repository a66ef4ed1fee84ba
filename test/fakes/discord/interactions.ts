import { randomBytes } from 'node:crypto';
import {
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type APIUser,
  GatewayDispatchEvents,
  InteractionContextType,
  type InteractionType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import { invalidWebhookToken, unknownInteraction, unknownWebhook } from './api-error.ts';
import type { FakeGateway } from './gateway.ts';
import { channelPayload, memberPayload, memberPermissions } from './payloads.ts';
import type { FakeChannel, World } from './world.ts';

/** "You must send an initial response within 3 seconds [...] Interaction tokens are valid for 15 minutes." .../interactions/receiving-and-responding */
const ackWithinMs = 3000;
const tokenLifetimeMs = 15 * 60 * 1000;
// "`app_permissions` includes ATTACH_FILES | EMBED_LINKS | MENTION_EVERYONE permissions for (G)DMs [...], and additionally USE_EXTERNAL_EMOJIS for DMs with the app's bot user."
const directPermissions =
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.MentionEveryone |
  PermissionFlagsBits.UseExternalEmojis;

export interface FakeInteraction {
  id: string;
  token: string;
  type: InteractionType;
  channel: FakeChannel;
  user: APIUser;
  createdAt: number;
  /** Of the first response: 4 reply, 5 deferred reply, 6 deferred update, 7 update, 8 completions, 9 modal. */
  response?: number;
  /** Real milliseconds from the event to the first response. */
  ackMs?: number;
  /** `@original`: the reply, or for a component's update the message it is on. */
  original?: APIMessage | undefined;
  isEphemeral: boolean;
  /** A deferred reply shows "thinking" until it is edited. */
  isThinking: boolean;
  modal?: APIModalInteractionResponseCallbackData;
  choices?: { name: string; value: string | number }[];
  /** The message a component is on. */
  source?: APIMessage | undefined;
  sentAt: number;
}

export interface InteractionStart {
  type: InteractionType;
  data: object;
  channel: FakeChannel;
  user: APIUser;
  message?: APIMessage | undefined;
}

export interface Interactions {
  start(request: InteractionStart): FakeInteraction;
  /** For the callback: throws 10062 when it is unknown, has another token or is late. */
  forCallback(id: string | undefined, token: string | undefined): FakeInteraction;
  /** For webhooks: throws 10015 before the first response and 50027 after 15 minutes. */
  forWebhook(token: string | undefined): FakeInteraction;
  /** Sends an interaction's event again, as after a lost connection. */
  repeat(interaction: FakeInteraction): void;
  /** Every interaction, oldest first. */
  readonly all: readonly FakeInteraction[];
}

export function createInteractions(world: World, gateway: () => FakeGateway): Interactions {
  const all: FakeInteraction[] = [];
  const payloads = new Map<string, object>();

  function start(request: InteractionStart): FakeInteraction {
    const interaction: FakeInteraction = {
      id: world.snowflake(),
      token: randomBytes(24).toString('base64url'),
      type: request.type,
      channel: request.channel,
      user: request.user,
      createdAt: world.clock.now(),
      sentAt: performance.now(),
      isEphemeral: false,
      isThinking: false,
      source: request.message,
    };
    all.push(interaction);
    payloads.set(interaction.id, payloadOf(world, interaction, request));
    repeat(interaction);
    return interaction;
  }

  function repeat(interaction: FakeInteraction) {
    const { channel } = interaction;
    gateway().dispatch(GatewayDispatchEvents.InteractionCreate, payloads.get(interaction.id) ?? {}, channel);
  }

  return {
    start,
    repeat,
    all,
    forCallback(id, token) {
      const interaction = all.find((candidate) => candidate.id === id && candidate.token === token);
      const isLate =
        interaction && interaction.response === undefined && world.clock.now() - interaction.createdAt > ackWithinMs;
      if (!interaction || isLate) throw unknownInteraction();
      return interaction;
    },
    forWebhook(token) {
      const interaction = all.find((candidate) => candidate.token === token);
      if (!interaction || interaction.response === undefined) throw unknownWebhook();
      if (world.clock.now() - interaction.createdAt > tokenLifetimeMs) throw invalidWebhookToken();
      return interaction;
    },
  };
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object */
function payloadOf(
  world: World,
  interaction: FakeInteraction,
  { type, data, channel, user, message }: InteractionStart,
) {
  const guild = channel.guildId ? world.guilds.get(channel.guildId) : undefined;
  const permissions = guild ? memberPermissions(guild, user) : PermissionFlagsBits.SendMessages.toString();
  return {
    id: interaction.id,
    application_id: world.applicationId,
    type,
    data,
    token: interaction.token,
    version: 1,
    channel: { ...channelPayload(world, channel), permissions },
    channel_id: channel.id,
    ...(guild
      ? { guild_id: guild.id, guild_locale: 'en-US', member: { ...memberPayload(world, guild, user), permissions } }
      : { user }),
    ...(message ? { message } : {}),
    locale: 'en-US',
    app_permissions: (guild ? channel.botPermissions : directPermissions).toString(),
    entitlements: [],
    // "The value will be "0" if the interaction is triggered from a DM with the app's bot user."
    authorizing_integration_owners: { 0: guild?.id ?? '0' },
    context: guild ? InteractionContextType.Guild : InteractionContextType.BotDM,
    attachment_size_limit: world.attachmentSizeLimit,
  };
}
