import {
  type APIMessage,
  GatewayCloseCodes,
  GatewayDispatchEvents,
  type GatewayIdentifyData,
  GatewayIntentBits,
} from 'discord-api-types/v10';
import type { World } from './world.ts';

export interface IntentScope {
  /** Absent: the event belongs to a direct message, or to nobody (interactions). */
  guildId?: string | undefined;
}

const privileged = GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent;
const known = Object.values(GatewayIntentBits)
  .filter((bit) => typeof bit === 'number')
  .reduce((all, bit) => all | bit, 0);

/** Which intent an event needs, in servers and in direct messages. https://discord.com/developers/docs/events/gateway#list-of-intents */
const needed: Partial<Record<GatewayDispatchEvents, [guild: number, direct: number]>> = {
  [GatewayDispatchEvents.GuildCreate]: [GatewayIntentBits.Guilds, 0],
  [GatewayDispatchEvents.GuildDelete]: [GatewayIntentBits.Guilds, 0],
  [GatewayDispatchEvents.ThreadCreate]: [GatewayIntentBits.Guilds, 0],
  [GatewayDispatchEvents.ThreadUpdate]: [GatewayIntentBits.Guilds, 0],
  [GatewayDispatchEvents.ThreadDelete]: [GatewayIntentBits.Guilds, 0],
  [GatewayDispatchEvents.MessageCreate]: [GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  [GatewayDispatchEvents.MessageDelete]: [GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  [GatewayDispatchEvents.MessageReactionAdd]: [
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessageReactions,
  ],
  [GatewayDispatchEvents.MessageReactionRemove]: [
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessageReactions,
  ],
};

/** The close code for an IDENTIFY that Discord refuses. https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway */
export function identifyFault(world: World, data: GatewayIdentifyData): GatewayCloseCodes | undefined {
  if (data.token !== world.token) return GatewayCloseCodes.AuthenticationFailed;
  if (data.intents & ~known) return GatewayCloseCodes.InvalidIntents;
  // This application was not granted any privileged intent.
  if (data.intents & privileged) return GatewayCloseCodes.DisallowedIntents;
  const [id, count] = data.shard ?? [0, 1];
  return id >= count ? GatewayCloseCodes.InvalidShard : undefined;
}

/** https://discord.com/developers/docs/events/gateway#sharding-sharding-formula */
export function isForShard(guildId: string | undefined, [id, count]: [number, number]): boolean {
  return guildId ? Number(BigInt(guildId) >> 22n) % count === id : id === 0;
}

/** The event as a session sees it, or nothing when it should not. */
export function forSession(
  world: World,
  event: GatewayDispatchEvents,
  data: object,
  scope: IntentScope & { intents: number; shard: [number, number] },
): object | undefined {
  if (!isForShard(scope.guildId, scope.shard)) return undefined;
  if (scope.guildId && event !== GatewayDispatchEvents.GuildDelete && !world.guilds.get(scope.guildId)?.hasBot) {
    return undefined;
  }
  const intents = needed[event];
  if (intents && (scope.intents & intents[scope.guildId ? 0 : 1]) === 0) return undefined;
  const hidden = event === GatewayDispatchEvents.MessageCreate && scope.guildId && !world.showsContent;
  return hidden ? withoutContent(world, data as APIMessage) : data;
}

/** Without the message-content intent, only own messages and those that mention the bot keep their content. .../events/gateway#message-content-intent */
function withoutContent(world: World, message: APIMessage): APIMessage {
  const readable = message.author.id === world.bot.id || message.mentions.some(({ id }) => id === world.bot.id);
  return readable ? message : { ...message, content: '', attachments: [], embeds: [], components: [] };
}
